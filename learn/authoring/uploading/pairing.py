"""Which captions and which transcript belong to which video: by name, as far as names tell it."""

import re
from collections.abc import Iterable
from typing import Any

VIDEOS = (".mp4", ".webm", ".m4v", ".mov")
CAPTIONS = (".vtt", ".srt")
TRANSCRIPTS = (".txt", ".md", ".markdown")
LANGUAGE = re.compile(r"[-_. ](en|eng|english|en[-_]gb|captions?|subtitles?|transcript)$", re.IGNORECASE)


def split(rows: Iterable[Any]) -> tuple[list[Any], list[Any], list[Any], list[Any]]:
    """Uploads as videos, captions, texts that may be transcripts, and all others; texts only count beside a video."""
    rows = list(rows)
    videos, captions, texts = (_ending(rows, endings) for endings in (VIDEOS, CAPTIONS, TRANSCRIPTS))
    if not videos:
        return [], [], [], rows
    taken = {row.id for row in [*videos, *captions, *texts]}
    return videos, captions, texts, [row for row in rows if row.id not in taken]


def _ending(rows: list[Any], endings: tuple[str, ...]) -> list[Any]:
    return [row for row in rows if row.name.lower().endswith(endings)]


def by_name(videos: list[Any], others: list[Any]) -> dict[int, int]:
    """Number of the other file by number of its video: the same name, or one file for one video."""
    named = {_stem(row.name): row.id for row in reversed(others)}
    found = {video.id: named[_stem(video.name)] for video in videos if _stem(video.name) in named}
    if not found and len(videos) == len(others) == 1:
        return {videos[0].id: others[0].id}
    return found


def is_clear(videos: list[Any], captions: list[Any], texts: list[Any]) -> bool:
    """Whether names alone say what belongs together."""
    return all(len(by_name(videos, others)) == len(others) for others in (captions, texts))


def _stem(name: str) -> str:
    stem = name.rsplit(".", 1)[0].lower()
    return LANGUAGE.sub("", stem) or stem
