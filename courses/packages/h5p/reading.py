"""From an H5P file to its one unit (h5p.org/documentation/developers/h5p-specification)."""

import json
import re
from collections.abc import Iterator
from typing import Any

from courses.catalogue import Rule, UnitKind
from courses.packages.archive import Files
from courses.packages.content import UnitContent
from courses.packages.h5p.libraries import AT_TOP, GAPS, HOLDERS, IN_CONTENT, IN_LIBRARIES, SCORES
from courses.packages.playing import H5pPlay
from courses.packages.report import Report

MINUTES = 10
"What an H5P takes; it never says so itself."
LIMIT = 8 * 1024**2
"Bytes of a JSON file."
SHOWN = 5
"Names that one sentence lists."
TELLS_SCORE = re.compile(rb"setScoredResult|triggerXAPIScored|triggerXAPICompleted")
VIDEO_HOSTS = re.compile(r"youtube\.com|youtu\.be|vimeo\.com|panopto|echo360", re.IGNORECASE)


def read(files: Files, report: Report) -> list[UnitContent]:
    """The unit of an H5P package; ``report.title`` and ``facts`` are filled in where they are empty."""
    report.format = "h5p"
    about = _json(files, "h5p.json", report)
    content = _json(files, "content/content.json", report)
    if about is None or content is None:
        return []
    name = about.get("mainLibrary")
    if not isinstance(name, str) or not name:
        report.error("no_library", "The file does not say what kind of H5P it is. Export it again.", "h5p.json")
        return []
    title = " ".join(str(about.get("title") or "").split())[:255] or "H5P"
    report.title = report.title or title
    library = _check_libraries(name, about, files, report)
    _check_endings(files, report)
    _say_hosts(content, report)
    report.facts |= {"tool": "H5P", "version": library}
    unit = UnitContent("package", UnitKind.H5P, title, minutes=MINUTES)
    scores = _scores(name, content, files)
    unit.rule = _rule(name, scores, report)
    unit.play = dict(H5pPlay(library=library, scores=bool(scores)))
    report.note("minutes", f"An H5P does not say how long it takes; {MINUTES} minutes were put in.")
    return [unit]


def _json(files: Files, name: str, report: Report) -> dict[str, Any] | None:
    deeper = next((each for each in files.names() if each.endswith(f"/{name}")), None)
    if name not in files.names() and deeper:
        report.error(
            "nested",
            f"The H5P lies in a folder: {deeper}. Upload the .h5p file as it was exported, or put "
            f"{name.split('/')[0]} at the top.",
            deeper,
        )
        return None
    if name not in files.names():
        report.error("missing_file", f"The H5P has no {name}. Export it again from where it was made.", name)
        return None
    if files.size(name) > LIMIT:
        report.error("json_too_big", f"This file is bigger than {LIMIT // 1024**2}MB.", name)
        return None
    try:
        found = json.loads(files.read(name).decode("utf-8-sig"))
    except (ValueError, RecursionError):
        report.error("json", "This file is not sound JSON. Export the H5P again.", name)
        return None
    if not isinstance(found, dict):
        report.error("json", "This file does not hold what an H5P has there. Export the H5P again.", name)
        return None
    return found


def _check_libraries(name: str, about: dict[str, Any], files: Files, report: Report) -> str:
    """Report every library that is not in the file; returns the main one with its version, as H5P.MultiChoice 1.16."""
    folders = {each.split("/", 1)[0] for each in files.names() if "/" in each}
    wanted = _dependencies(about.get("preloadedDependencies"))
    version = wanted.get(name)
    if version is None:
        report.error(
            "no_library",
            f"The file does not name {name} among the libraries that it needs. Export it again.",
            "h5p.json",
        )
    seen: set[str] = set()
    gone: list[str] = []
    waiting = list(wanted.items())
    while waiting:
        machine, number = waiting.pop()
        folder = _folder(machine, number, folders)
        if f"{machine} {number}" in seen:
            continue
        seen.add(f"{machine} {number}")
        if folder is None:
            gone.append(f"{machine} {number}")
            continue
        described = _json(files, f"{folder}/library.json", report)
        if described is not None:
            _check_scripts(folder, described, files, report)
            waiting += _dependencies(described.get("preloadedDependencies")).items()
    if gone:
        more = f" and {len(gone) - SHOWN} more" if len(gone) > SHOWN else ""
        report.error(
            "missing_library",
            f"Libraries that the H5P needs are not in the file: {', '.join(sorted(gone)[:SHOWN])}{more}. Export it "
            "with its libraries (Download, not Reuse without them).",
            "h5p.json",
        )
    return f"{name} {version}" if version else name


def _dependencies(listed: object) -> dict[str, str]:
    """Machine name to version, as 1.16; what is no such list is empty."""
    found: dict[str, str] = {}
    for each in listed if isinstance(listed, list) else []:
        if isinstance(each, dict) and isinstance(each.get("machineName"), str):
            found[each["machineName"]] = f"{each.get('majorVersion')}.{each.get('minorVersion')}"
    return found


def _folder(machine: str, number: str, folders: set[str]) -> str | None:
    """The library's folder: with its version, with its patch version too, or without either as h5p-standalone allows."""
    wanted = (f"{machine}-{number}", machine)
    plain = next((each for each in wanted if each in folders), None)
    return plain or next((each for each in sorted(folders) if each.startswith(f"{machine}-{number}.")), None)


def _check_scripts(folder: str, described: dict[str, Any], files: Files, report: Report) -> None:
    names = set(files.names())
    for role in ("preloadedJs", "preloadedCss"):
        listed = described.get(role)
        for each in listed if isinstance(listed, list) else []:
            path = f"{folder}/{each.get('path')}" if isinstance(each, dict) else ""
            if path and path not in names:
                report.error("missing_file", f"A file that {folder} needs is not in the H5P. Export it again.", path)


def _check_endings(files: Files, report: Report) -> None:
    """Files that H5P itself would refuse; they are kept, and none is given as something that a browser runs."""
    strange = []
    for name in files.names():
        folder, _, last = name.rpartition("/")
        ending = last.rsplit(".", 1)[-1].lower() if "." in last else ""
        allowed = IN_CONTENT if folder.split("/", 1)[0] == "content" else IN_LIBRARIES
        if name not in AT_TOP and ending not in allowed and last not in ("LICENSE", "LICENCE", "README"):
            strange.append(name)
    if strange:
        more = f" and {len(strange) - SHOWN} more" if len(strange) > SHOWN else ""
        report.warn(
            "strange_files", f"Files of a kind that H5P does not allow: {', '.join(strange[:SHOWN])}{more}.", strange[0]
        )


def _say_hosts(content: dict[str, Any], report: Report) -> None:
    """Videos and pages of other sites, which content cannot reach from here."""
    hosts = set()
    for each in _objects(content):
        path = each.get("path") or each.get("source")
        if isinstance(path, str) and (found := re.match(r"(?:https?:)?//([^/?#\s]{1,200})", path)):
            hosts.add(found.group(1).lower().rpartition("@")[2])
    if not hosts:
        return
    report.facts["hosts"] = sorted({*report.facts.get("hosts", []), *hosts})
    named = ", ".join(sorted(hosts)[:SHOWN])
    words = "Put the video itself into the H5P" if any(map(VIDEO_HOSTS.search, hosts)) else "Put the files themselves into the H5P"  # fmt: skip
    report.warn(
        "external_hosts",
        f"It takes files from other sites, which content here cannot reach: {named}. {words}.",
        "content/content.json",
    )


def _objects(content: object) -> Iterator[dict[str, Any]]:
    """Every object in a JSON value, at any depth."""
    waiting = [content]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            yield each
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each


def _scores(name: str, content: dict[str, Any], files: Files) -> bool | None:
    """Whether a learner gets a score: as known, for a holder by the tasks in it, else by what its scripts do; None: not known."""
    if name in HOLDERS:
        inside = {str(each.get("library")).split(" ")[0] for each in _objects(content) if each.get("library")}
        return any(SCORES.get(each) for each in inside - HOLDERS)
    if name in SCORES:
        return SCORES[name]
    for script in files.names():
        is_own = script.startswith(f"{name}-") and script.lower().endswith(".js")
        if is_own and files.size(script) <= LIMIT and TELLS_SCORE.search(files.read(script)):
            return True
    return None


def _rule(name: str, scores: bool | None, report: Report) -> Rule:
    """What completes it: its own end with its score when it gives one, else having been opened."""
    if gap := GAPS.get(name):
        report.warn("known_gap", gap)
    if name not in SCORES:
        does = "its scripts give a score" if scores else "whether it gives a score cannot be told"
        report.note(
            "unknown_library",
            f"{name} is not a kind of H5P that is known here; {does}. Try it in the preview.",
            "h5p.json",
        )
    if scores:
        report.note(
            "rule", "Finishing it completes the unit, and its score is kept. You can change this in the outline."
        )
        return Rule.STATUS
    report.note(
        "rule",
        "Opening it completes the unit, because it is not known to give a score. If the preview shows a score, "
        "choose “status” in the outline.",
    )
    return Rule.VIEWED
