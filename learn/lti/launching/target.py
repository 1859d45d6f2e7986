"""What a launch opens: the custom parameter ``frontline_target``, else the path of the target link."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

Kind = Literal["module", "course", "home", "stories", "forum", "unknown"]

_SLUG = re.compile(r"^/(module|course)s/([a-z0-9][a-z0-9-]{0,79})(?:/.*)?$")
_PLACES: dict[str, Kind] = {"": "home", "/lti/launch": "home", "/stories": "stories", "/forum": "forum"}


@dataclass(frozen=True)
class Target:
    """One thing that can be opened. ``slug`` is set for a module and a course only; ``path`` is what was asked for."""

    kind: Kind
    path: str
    slug: str = ""


def choose(custom: Mapping[str, Any], target_link_uri: str, base_url: str) -> Target:
    """Read the target; an address of ours and a path mean the same, what is neither is unknown."""
    asked = custom.get("frontline_target")
    return read(asked if isinstance(asked, str) and asked.strip() else target_link_uri, base_url)


def read(asked: str, base_url: str) -> Target:
    """Read one address or path."""
    text = asked.strip()[:2000]
    if is_ours(text, base_url):
        text = urlsplit(text).path
    path = "/" + text.split("?")[0].split("#")[0].lstrip("/")
    if found := _SLUG.match(path):
        return Target("course" if found[1] == "course" else "module", path, found[2])
    return Target(_PLACES.get(path.rstrip("/"), "unknown"), path)


def is_ours(address: str, base_url: str) -> bool:
    """Whether an address has our scheme and host, so that a launch cannot be used to lead elsewhere."""
    try:
        asked, own = urlsplit(address), urlsplit(base_url)
        return (asked.scheme.lower(), asked.netloc.lower()) == (own.scheme.lower(), own.netloc.lower())
    except ValueError:
        return False
