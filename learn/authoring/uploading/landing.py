"""How big requests are let in: a limit of their own, files straight to disk, and the form's token checked by hand.

The token would else be looked for before the view could say how much it takes, and Werkzeug would spool files elsewhere.
"""

import secrets
from pathlib import Path
from typing import IO, Any

from flask import g, request

from learn.authoring.uploading import receiving
from learn.extensions import csrf

FORM = 1024 * 1024
"Bytes for what a form says beside its files."


def let_in(most: int) -> None:
    """Take a request of up to so many bytes, each file of it into a file of ours; CSRFError without its token.

    Only for views that ``csrf.exempt`` names, so that nothing of the request was read before.
    """
    g.landed = []
    request.max_content_length = most
    request._get_file_stream = _land  # type: ignore[method-assign, assignment]
    csrf.protect()


def _land(
    total_content_length: int | None, content_type: str | None, filename: str | None = None, content_length: int | None = None
) -> IO[bytes]:  # fmt: skip
    """Werkzeug's hook for the file of a form (werkzeug.formparser.TStreamFactory)."""
    path = receiving.file_of(secrets.token_hex(16))
    g.landed.append(path)
    return path.open("w+b")


def landed() -> list[tuple[str, str, int]]:
    """The files of the form that was let in: name, key, bytes; those that no file was chosen for are taken away."""
    found: list[tuple[str, str, int]] = []
    for file in request.files.getlist("files"):
        path = _path_of(file)
        file.close()
        if file.filename:
            found.append((file.filename, path.name, path.stat().st_size))
    kept = {key for _, key, _ in found}
    for path in g.landed:
        if path.name not in kept:
            path.unlink(missing_ok=True)
    return found


def clear_away() -> None:
    """Take away every file of a form that was refused."""
    for path in g.get("landed", []):
        path.unlink(missing_ok=True)


def _path_of(file: Any) -> Path:
    return Path(file.stream.name)
