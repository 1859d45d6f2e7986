"""From a SCORM package to units: one for each part that can be launched, with how it is played and what completes it."""

import re

from courses.catalogue import Rule, UnitKind
from courses.packages.archive import Files
from courses.packages.content import UnitContent
from courses.packages.playing import ScormPlay
from courses.packages.report import Report
from courses.packages.scorm import parts, speaking, tools
from courses.packages.scorm.elements import everywhere, text
from courses.packages.scorm.items import Item, inside, launchable
from courses.packages.scorm.manifest import Manifest, read_manifest
from courses.runtime import prerequisites

MINUTES = 10
"What a part takes when its package does not say."
SHOWN = 5
"Names that one sentence lists."


def read(files: Files, report: Report) -> list[UnitContent]:
    """The units of a SCORM package; ``report.title``, ``format`` and ``facts`` are filled in where they are empty."""
    manifest = read_manifest(files, report)
    if manifest is None:
        return []
    _say_what_it_is(manifest, report)
    items = launchable(manifest, report)
    report.title = report.title or _title(manifest, items)
    pages = [manifest.path, *dict.fromkeys(item.resource.place.name for item in items)]
    tool = tools.tool_of(files, pages)
    if tool:
        report.facts["tool"] = tool
    _say_missing_files(manifest, report)
    if manifest.is_2004:
        parts.say_groups(items, manifest, report)
    return _units(items, manifest, files, report)


def _say_what_it_is(manifest: Manifest, report: Report) -> None:
    edition = re.search(r"(\d(?:nd|rd|th)) edition", manifest.schema_version, re.IGNORECASE)
    named = "SCORM 2004" + (f" {edition.group(1)} edition" if edition else "") if manifest.is_2004 else "SCORM 1.2"
    report.facts |= {"version": named, "schema_version": manifest.schema_version[:80]}
    if manifest.is_2004 and "1.3" in manifest.schema_version:
        report.facts["version"] = "SCORM 2004 2nd edition"
        report.note("edition", "This is the 2nd edition of SCORM 2004; it is played as the 3rd.", manifest.path)
    is_said_2004 = "2004" in manifest.schema_version or "1.3" in manifest.schema_version
    if manifest.schema_version and is_said_2004 != manifest.is_2004:
        report.note(
            "edition",
            f"The manifest says version {manifest.schema_version[:40]} but is written as {named}; it is played as "
            "that.",
            manifest.path,
        )


def _title(manifest: Manifest, items: list[Item]) -> str | None:
    """The course's own title: the table of contents, the metadata, or its only part."""
    said = text(manifest.organization, "title")
    if said:
        return said[:255]
    for general in everywhere(manifest.root, "general"):
        if found := text(general, "title"):
            return found[:255]
    return items[0].title if items else None


def _say_missing_files(manifest: Manifest, report: Report) -> None:
    gone = dict.fromkeys(
        place.name
        for resource in manifest.resources.values()
        for place in resource.files
        if place.name and not place.is_there and place.name != resource.place.name
    )
    if gone:
        more = f" and {len(gone) - SHOWN} more" if len(gone) > SHOWN else ""
        report.warn(
            "missing_files",
            f"Files that the manifest names are not in the package: {', '.join(list(gone)[:SHOWN])}{more}.",
            manifest.path,
        )


def _units(items: list[Item], manifest: Manifest, files: Files, report: Report) -> list[UnitContent]:
    known = inside(manifest, items)
    whole = parts.minutes_of_course(manifest)
    sets = speaking.sets_status(files)
    units: list[UnitContent] = []
    for item in items:
        play = parts.played(item, manifest)
        if manifest.is_2004:
            parts.add_2004(play, item, manifest, report, has_several=len(items) > 1)
        else:
            parts.add_12(play, item, known, report, manifest.path)
        minutes = parts.minutes(item) or (max(1, whole // len(items)) if whole else MINUTES)
        unit = UnitContent(_key(item, len(items), units), UnitKind.SCORM, item.title, minutes=minutes)
        unit.rule = _rule(item, play, sets, files, report)
        unit.play = dict(play)
        units.append(unit)
    if items and not whole and not any(parts.minutes(item) for item in items):
        report.note(
            "minutes",
            f"The package does not say how long it takes; {MINUTES} minutes a part were put in.",
            manifest.path,
        )
    _release(units, items, report)
    _say_sets(units, sets, report, manifest.path)
    return units


def _rule(item: Item, play: ScormPlay, sets: bool | None, files: Files, report: Report) -> Rule:
    """What completes a part: its own status, or having been opened where it never gives one."""
    if not item.resource.is_sco:
        if not speaking.speaks(files, item.resource.place.name):
            play["is_asset"] = True
            report.note(
                "rule",
                f"“{item.title}” is a plain page that reports nothing, so opening it completes it.",
                play["href"],
            )
            return Rule.VIEWED
        report.note(
            "asset_speaks",
            f"“{item.title}” is called a plain page but speaks to the player, so it is played as a SCO.",
            play["href"],
        )
    return Rule.VIEWED if sets is False else Rule.STATUS


def _say_sets(units: list[UnitContent], sets: bool | None, report: Report, path: str) -> None:
    """The proposal for the parts that speak, in words, once."""
    spoken = [unit for unit in units if not unit.play.get("is_asset")]
    if not spoken:
        return
    if sets is False:
        report.warn(
            "never_completes",
            "No script in the package ever sets a completion status, so opening a part completes it. If it should "
            "report completion, set that in the authoring tool and export it again.",
            path,
        )
        return
    words = "The status that the package sets completes a part"
    if any("mastery" in unit.play for unit in spoken):
        words += "; where it has a mastery score, that score decides whether it is passed"
    report.note("rule", f"{words}. You can change this in the outline.", path)
    if sets is None:
        report.note(
            "flash", "Whether the package ever sets a completion status could not be told: try it in the preview.", path
        )


def _release(units: list[UnitContent], items: list[Item], report: Report) -> None:
    """A prerequisite that is one earlier part becomes the unit's own release rule, which its author sees and can change."""
    earlier: dict[str, UnitContent] = {}
    titles = {item.identifier: item.title for item in items}
    for item, unit in zip(items, units, strict=True):
        first = earlier.get(unit.play.get("prerequisites", ""))
        if first is not None:
            del unit.play["prerequisites"]
            unit.release = {"after": first.key}
            report.note(
                "release",
                f"“{unit.title}” opens when “{first.title}” is completed, as the package says. You can change this in the outline.",
            )
        elif "prerequisites" in unit.play:
            named = prerequisites.asked(unit.play["prerequisites"]) or []
            waits = ", ".join(titles[each] for each in named if each in titles)
            report.note("release", f"“{unit.title}” waits for other parts, as the package says: {waits[:300]}.")
        earlier[item.identifier] = unit


def _key(item: Item, count: int, taken: list[UnitContent]) -> str:
    """The stable key: "package" for the only part, as tools make up its identifier anew; else the identifier."""
    plain = re.sub(r"[^a-z0-9]+", "-", item.identifier.lower()).strip("-")[:76] if count > 1 else "package"
    plain, used = plain or "part", {unit.key for unit in taken}
    return plain if plain not in used else next(f"{plain}-{n}" for n in range(2, len(used) + 3) if f"{plain}-{n}" not in used)  # fmt: skip
