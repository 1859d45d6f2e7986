"""Server-to-server calls of the LMS to the tool. Python does not resolve ``*.localhost``: they go to 127.0.0.1."""

from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

TIMEOUT = (3, 5)
"Seconds to connect and to wait for an answer."


class LoopbackAdapter(HTTPAdapter):
    """Connects every host under ``localhost`` to 127.0.0.1 and still names the host it meant."""

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        parts = urlsplit(str(request.url))
        if parts.hostname and (parts.hostname == "localhost" or parts.hostname.endswith(".localhost")):
            request.headers["Host"] = parts.netloc
            request.url = parts._replace(netloc=f"127.0.0.1:{parts.port or 80}").geturl()
        return super().send(request, *args, **more)


def session() -> requests.Session:
    """A requests session that finds ``*.localhost``; the caller closes it."""
    made = requests.Session()
    made.trust_env = False
    made.mount("http://", LoopbackAdapter())
    return made


def fetch_key_set(url: str) -> dict[str, Any]:
    """The tool's key set, or a ValueError or a requests error."""
    with session() as http:
        answer = http.get(url, timeout=TIMEOUT, allow_redirects=False)
        answer.raise_for_status()
        found = answer.json()
    if not isinstance(found, dict) or not isinstance(found.get("keys"), list):
        raise ValueError("the tool's key set has no keys")
    return found
