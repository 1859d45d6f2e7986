"""The files of a package, read out of the stored zip: whole or one range of it, and not at all where the browser has it."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.http import parse_etags, parse_range_header
from werkzeug.wrappers import Request, Response

from courses.packages import stored
from courses.packages.stored import Member
from courses.storage import Storage, StorageAway, StorageError
from learn.content import answers, media_types

INDEXES = ("index.html", "index.htm", "")
"What an address of a folder opens; the last is the folder's name itself, which is no file."


def answer(session: Session, storage: Storage, play: Any, name: str, request: Request) -> Response:
    """The answer to GET or HEAD for one file of the play's package: 200, 206, 304, 404 or 416."""
    files = stored.members(session, play.package_id)
    name, member = _find(files, name)
    if member is None:
        return answers.refused(404, "There is no such file in this package.")
    tag = f'"{files.sha256[:32]}-{member.offset:x}"'
    media_type = media_types.of(name)
    headers = {"ETag": tag, "Accept-Ranges": "bytes"}
    if media_type is None:
        headers["Content-Disposition"] = "attachment"
    if parse_etags(request.headers.get("If-None-Match")).contains_raw(tag):
        return Response(status=304, headers=headers)
    start, end = _range(request, member, tag)
    if start >= end and member.size:
        return Response(status=416, headers={**headers, "Content-Range": f"bytes */{member.size}"})
    status = 200 if end - start == member.size else 206
    if status == 206:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{member.size}"
    headers["Content-Length"] = str(end - start)
    shown = media_type or "application/octet-stream"
    try:
        body, shown = _body(storage, files.sha256, member, start, end, shown, is_wanted=request.method == "GET")
    except StorageAway as away:
        return answers.refused(503, away.message)
    except StorageError:
        return answers.refused(404, "This file is not in the storage any more.")
    return Response(body, status, headers, content_type=shown, direct_passthrough=True)


def _find(files: stored.Members, name: str) -> tuple[str, Member | None]:
    if name and not name.endswith("/"):
        return name, files.find(name)
    for index in INDEXES:
        found = files.find(name + index)
        if found is not None:
            return name + index, found
    return name, None


def _range(request: Request, member: Member, tag: str) -> tuple[int, int]:
    """From and up to which byte; the whole file for no range, several, or one of another file; (0, 0) for none of it."""
    asked = parse_range_header(request.headers.get("Range"))
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return 0, member.size
    if request.headers.get("If-Range", tag) != tag:
        return 0, member.size
    return asked.range_for_length(member.size) or (0, 0)


def _body(
    storage: Storage, sha256: str, member: Member, start: int, end: int, shown: str, *, is_wanted: bool
) -> tuple[Iterator[bytes] | list[bytes], str]:
    """The bytes and the type; a text's first piece says which encoding it is in, and a small file is one piece."""
    if not is_wanted and shown not in media_types.PEEKED:
        return [], shown
    pieces = stored.chunks(storage, sha256, member, start, end)
    first = next(pieces, b"")
    if start == 0:
        shown = media_types.with_charset(shown, first)
    if not is_wanted:
        return [], shown
    return ([first] if len(first) == end - start else chain([first], pieces)), shown
