"""The file of somebody's data: gathered part by part, then packed as a zip. Knows no database and no page.

What was gathered so far is one line of JSON a part, each a gzip member of its own: adding a part costs no more than the
part, and packing holds one part at a time.
"""

import gzip
import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from learn import spreadsheet
from learn.accounts.personal import Rows

MOST_OF_A_PART = 64 * 1024 * 1024
"Bytes of text that one part may have."
MOST = 32 * 1024 * 1024
"Bytes that a file may have, packed."
_NAME = re.compile(r"[a-z0-9_]{1,60}")


class TooBig(Exception):
    """More than fits into one file."""


def add(gathered: bytes, files: dict[str, Rows]) -> bytes:
    """What was gathered, with one part more; TooBig where that is too much."""
    for name in files:
        if not _NAME.fullmatch(name):
            raise ValueError("the name of a file is small letters, digits and _")
    text = json.dumps(files, ensure_ascii=False, default=_plain).encode()
    if len(text) > MOST_OF_A_PART:
        raise TooBig
    return _bounded(gathered + gzip.compress(text + b"\n"))


def parts(gathered: bytes) -> Iterator[dict[str, Rows]]:
    """The parts one after the other; moments are text now."""
    with gzip.open(io.BytesIO(gathered)) as lines:
        for line in lines:
            yield json.loads(line)


def names(gathered: bytes) -> list[str]:
    """The files that hold something."""
    return [name for part in parts(gathered) for name, rows in part.items() if rows]


def pack(gathered: bytes, about: dict[str, str], readme: str) -> bytes:
    """The zip: a text that explains it, everything as JSON, and a file for a spreadsheet for each that holds something."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("README.txt", spreadsheet.MARK + readme.replace("\n", "\r\n"))
        with packed.open("data.json", "w") as file:
            for text in _json(gathered, about):
                file.write(text.encode())
        for part in parts(gathered):
            for name, rows in part.items():
                if rows:
                    with packed.open(f"{name}.csv", "w") as file:
                        for text in _csv(rows):
                            file.write(text.encode())
    return _bounded(made.getvalue())


def _json(gathered: bytes, about: dict[str, str]) -> Iterator[str]:
    yield '{\n"about": ' + _told(about)
    for part in parts(gathered):
        for name, rows in part.items():
            yield f',\n"{name}": {_told(rows)}'
    yield "\n}\n"


def _told(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)


def _csv(rows: Rows) -> Iterator[str]:
    headings = list(dict.fromkeys(name for row in rows for name in row))
    yield spreadsheet.MARK + spreadsheet.line(headings)
    for row in rows:
        yield spreadsheet.line(_cell(row.get(name)) for name in headings)


def _cell(value: Any) -> Any:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list() if all(isinstance(each, str | int) for each in value):
            return ", ".join(str(each) for each in value)
        case list() | dict():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return value


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    raise TypeError(f"no plain value: {type(value).__name__}")


def _bounded(made: bytes) -> bytes:
    if len(made) > MOST:
        raise TooBig
    return made
