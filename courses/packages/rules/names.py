"""What the files of a zip are called: slips of honest programs are mended and told, what could lead elsewhere is refused."""

import re
import stat
import unicodedata
import zipfile

from courses.packages.report import Report

IGNORED = re.compile(r"(^|/)(__MACOSX/|\._[^/]*$|\.DS_Store$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
LENGTH = 1_000
"Signs that a name may have; a browser's address holds about twice as many."
DEPTH = 64
"Folders that a name may have."
LOCKED = 0x1 | 0x40 | 0x2000
"Flags of an entry that a password locks (APPNOTE 4.4.4)."
UTF8 = 0x800
TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"Signs that turn the direction of writing: exe.gpj is shown as jpg.exe."


def named(infos: list[zipfile.ZipInfo], report: Report) -> dict[str, zipfile.ZipInfo]:
    """Entries by their repaired name; what could lead outside or hide another is an error."""
    entries: dict[str, zipfile.ZipInfo] = {}
    folded: dict[str, str] = {}
    slashed: list[str] = []
    for entry in infos:
        name = _repaired(entry)
        if name.endswith("/") or IGNORED.search(name):
            _check_unread(name.rstrip("/"), entry, report)
            continue
        _check(name, entry, report)
        key = name.casefold()
        if key in folded:
            same = "Two files have the same name, or names that differ in capital letters alone"
            report.error("same_name", f"{same}: {shown(folded[key])}.", shown(name))
        folded[key] = name
        entries[name] = entry
        _tell_repair(name, entry, slashed, report)
    if slashed:
        words = f"Names with backslashes were read as folders: {len(slashed):,}, as in {shown(slashed[0])}."
        report.note("backslashes", words)
    _check_folders(folded, report)
    if not entries and not report.has_errors:
        report.error("empty", "The zip has no files in it.")
    return entries


def _tell_repair(name: str, entry: zipfile.ZipInfo, slashed: list[str], report: Report) -> None:
    written = entry.orig_filename
    if "\\" in written:
        slashed.append(written)
    elif _unmarked(entry) != written:
        report.note("name_repaired", f"A name was not marked as UTF-8; it was {shown(written)}.", shown(name))


def _check(name: str, entry: zipfile.ZipInfo, report: Report) -> None:
    mode = entry.external_attr >> 16
    if not _is_safe(name):
        words = "A file's name leads outside the package or has signs that names cannot have. Rename it."
        report.error("unsafe_name", words, shown(name))
    elif stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        report.error("not_a_file", "The package holds a link or a device. Put the file itself in.", shown(name))
    elif entry.flag_bits & LOCKED:
        report.error("encrypted", "The package is locked with a password. Make it again without one.", shown(name))


def _check_unread(name: str, entry: zipfile.ZipInfo, report: Report) -> None:
    """A folder, or what a system left behind: neither is read, but no honest program makes it a link or leads it away."""
    is_link = stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR)
    if is_link or (name and not _is_safe(name) and ".." in name.split("/")):
        report.error("unsafe_name", "A folder of the package leads outside it. Make the zip again.", shown(name))


def _check_folders(folded: dict[str, str], report: Report) -> None:
    """No disk can hold a file and a folder of one name, so such a zip was made to be read in two ways."""
    folders = {parent for key in folded for parent in _parents(key)}
    for key in sorted(folders & folded.keys()):
        report.error("same_name", "A file and a folder have the same name. Rename one of them.", shown(folded[key]))


def _parents(name: str) -> list[str]:
    parts = name.split("/")[:DEPTH]
    return ["/".join(parts[:n]) for n in range(1, len(parts))]


def _repaired(entry: zipfile.ZipInfo) -> str:
    """The name with forward slashes and composed letters."""
    name = _unmarked(entry).replace("\\", "/")
    while name.startswith("./"):
        name = name[2:]
    return unicodedata.normalize("NFC", name)


def _unmarked(entry: zipfile.ZipInfo) -> str:
    """The name as it was meant: UTF-8 without its flag is read as UTF-8, everything else as code page 437."""
    if entry.flag_bits & UTF8:
        return entry.orig_filename
    try:
        return entry.orig_filename.encode("cp437").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return entry.orig_filename


def _is_safe(name: str) -> bool:
    parts = name.split("/")
    has_drive = bool(re.match(r"[A-Za-z]:", name))
    leads_away = has_drive or any(part in ("", ".", "..") for part in parts)
    fits = len(name) <= LENGTH and len(parts) <= DEPTH
    return fits and not leads_away and not TURNING.search(name) and all(map(_can_be_in_a_name, name))


def _can_be_in_a_name(sign: str) -> bool:
    return unicodedata.category(sign) not in ("Cc", "Cs", "Zl", "Zp")


def shown(name: str) -> str:
    """A name as it can be printed."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in name[:200])


def without_root(entries: dict[str, zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """Take off the folders that everything lies in."""
    folders = [name.split("/")[:-1] for name in entries]
    depth = 0
    while all(len(folder) > depth and folder[: depth + 1] == folders[0][: depth + 1] for folder in folders):
        depth += 1
    return {name.split("/", depth)[depth]: entry for name, entry in entries.items()}
