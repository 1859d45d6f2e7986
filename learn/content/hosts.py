"""Which hosts are the content's: one for each module version, or one for all where a site has no wildcard name."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from learn.config import Settings

MARK = "{label}"
SHARED = ""
"The label that every host of a site without ``{label}`` stands for."


@dataclass(frozen=True)
class Hosts:
    """Hosts as FRONTLINE_CONTENT_URL names them; ``address`` holds the mark or is the one shared origin."""

    address: str
    pattern: re.Pattern[str]

    def label(self, host: str) -> str | None:
        """The label of a host in lower case with its port, ``SHARED`` for the shared one; None for any other host."""
        found = self.pattern.fullmatch(host)
        return found.group("label") if found and self.has_labels else SHARED if found else None

    @property
    def has_labels(self) -> bool:
        return MARK in self.address

    def origin(self, label: str) -> str:
        """The origin on which a version is played, for example ``https://LABEL.content.example``."""
        return self.address.replace(MARK, label)

    def is_of(self, host_label: str, label: str) -> bool:
        """Whether a play of the version with this label may be asked for under this host."""
        return not self.has_labels or host_label == label


def read(settings: Settings) -> Hosts:
    """The hosts that the settings name."""
    parts = urlsplit(settings.content_url.lower())
    head, mark, tail = parts.netloc.partition(MARK)
    middle = "(?P<label>[a-z0-9]{1,63})" if mark else ""
    return Hosts(f"{parts.scheme}://{parts.netloc}", re.compile(re.escape(head) + middle + re.escape(tail)))
