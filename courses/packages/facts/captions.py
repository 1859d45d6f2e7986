"""Whether the films of a package have captions: a WebVTT file beside them, or a track in the page that shows them."""

import re

FILMS = (".mp4", ".m4v", ".webm", ".ogv", ".mov")
TRACKS = (".vtt", ".srt", ".dfxp", ".ttml")


def films(names: list[str]) -> list[str]:
    """The films in a package."""
    return [name for name in names if name.lower().endswith(FILMS)]


def without(names: list[str], shown_with_track: set[str]) -> list[str]:
    """Films that have neither a file of captions beside them nor a page with a track."""
    stems = {
        re.sub(r"([._-][a-z]{2}(-[a-z]{2})?)?$", "", _stem(name)) for name in names if name.lower().endswith(TRACKS)
    }
    return [name for name in films(names) if name.casefold() not in shown_with_track and _stem(name) not in stems]


def _stem(name: str) -> str:
    return name.lower().rpartition(".")[0]
