"""Whether a package's scripts ever speak to the player, and whether they ever say that a part is completed.

The best help for authors there is (openedx-scorm-xblock#110): a package that never sets a status looks well and never
completes. Scripts may build names from pieces, so the answer is a warning and never a refusal.
"""

import re

from courses.packages.archive import Files

SCRIPTS = (".js", ".mjs", ".html", ".htm", ".xhtml")
SPEAKS = re.compile(rb"LMSInitialize|LMSSetValue|API_1484_11|\bSetValue\b|LMSFinish|pipwerks", re.IGNORECASE)
SETS = re.compile(
    rb"lesson_status|completion_status|success_status|SetReachedEnd|SetPassed|setCompleted", re.IGNORECASE
)
ONE, ALL = 16 * 1024**2, 64 * 1024**2
"Bytes of one script, and of all, that are looked through."
SOURCE = re.compile(rb"<script[^>]{0,500}\bsrc\s*=\s*[\"']?([^\"'\s>]{1,500})", re.IGNORECASE)


def sets_status(files: Files) -> bool | None:
    """Whether any script names a status; None when it cannot be told: Flash, or more scripts than are looked through."""
    scripts = [name for name in files.names() if name.lower().endswith(SCRIPTS)]
    looked, is_whole = 0, not any(name.lower().endswith(".swf") for name in files.names())
    for name in scripts:
        size = files.size(name)
        if size > ONE or looked + size > ALL:
            is_whole = False
            continue
        looked += size
        if SETS.search(files.read(name)):
            return True
    return False if is_whole else None


def speaks(files: Files, page: str) -> bool:
    """Whether a page, or a script of the package that it loads, looks for the player."""
    if not page.lower().endswith(SCRIPTS) or files.size(page) > ONE:
        return False
    content = files.read(page)
    if SPEAKS.search(content):
        return True
    folder, names = page.rpartition("/")[0], set(files.names())
    for source in SOURCE.findall(content)[:50]:
        name = _beside(folder, source.decode("utf-8", "replace"))
        if name in names and files.size(name) <= ONE and SPEAKS.search(files.read(name)):
            return True
    return False


def _beside(folder: str, source: str) -> str:
    parts = folder.split("/") if folder else []
    for part in re.split("[?#]", source)[0].replace("\\", "/").split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)
