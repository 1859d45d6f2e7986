"""How a part is played: what SCORM 1.2 and SCORM 2004 say of one item, as ``Unit.play`` holds it, and what is not followed."""

import re

from courses.packages.playing import ScormPlay
from courses.packages.report import Report
from courses.packages.scorm import sequencing
from courses.packages.scorm.elements import attribute, child, children, everywhere, is_true, number, text
from courses.packages.scorm.items import Item
from courses.packages.scorm.manifest import Manifest
from courses.packages.scorm.places import with_parameters
from courses.runtime import prerequisites

LONGEST = 64_000
"Signs of launch data; the standard says 4,096."
MINUTES = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:[\d.]+S)?)?|(\d{1,4}):(\d\d):\d\d(?:\.\d+)?")
"An ISO 8601 duration, or hours, minutes and seconds."


def played(item: Item, manifest: Manifest) -> ScormPlay:
    """What an edition-free item says: page, query, identifier."""
    query = with_parameters(item.resource.place.query, attribute(item.element, "parameters"))
    play = ScormPlay(
        version="2004" if manifest.is_2004 else "1.2", href=item.resource.place.name, identifier=item.identifier
    )
    if query:
        play["query"] = query
    if data := text(item.element, "datafromlms")[:LONGEST]:
        play["launch_data"] = data
    if action := text(item.element, "timelimitaction").lower().replace(", ", ","):
        play["time_limit_action"] = action
    return play


def add_12(play: ScormPlay, item: Item, known: dict[str, list[str]], report: Report, path: str) -> None:
    """Mastery score, time allowed and prerequisites (SCORM 1.2 CAM, 2.3.2.5.1); ``known`` is items.inside."""
    if said := text(item.element, "masteryscore"):
        mastery = number(said)
        if mastery is None or not 0 <= mastery <= 100:
            report.warn(
                "mastery",
                f"The mastery score of “{item.title}” is no number from 0 to 100: {said[:40]}. It is left out.",
                path,
            )
        else:
            play["mastery"] = mastery
    if said := text(item.element, "maxtimeallowed"):
        play["max_time"] = said
    if script := text(item.element, "prerequisites"):
        _add_prerequisites(play, item, script, known, report, path)


def _add_prerequisites(
    play: ScormPlay, item: Item, script: str, known: dict[str, list[str]], report: Report, path: str
) -> None:
    asked = prerequisites.asked(script)
    if asked is None:
        report.warn(
            "prerequisites",
            f"What has to come before “{item.title}” cannot be read, so it is always open: {script[:100]}",
            path,
        )
        return
    unknown = [each for each in asked if each not in known]
    if unknown:
        report.warn(
            "prerequisites",
            f"“{item.title}” waits for parts that are not in the package: {', '.join(unknown)[:200]}. It does not wait for those.",
            path,
        )
    if item.identifier in asked:
        report.warn("prerequisites", f"“{item.title}” waits for itself. It is always open.", path)
        return
    play["prerequisites"] = prerequisites.expanded(script, known)


def add_2004(play: ScormPlay, item: Item, manifest: Manifest, report: Report, has_several: bool) -> None:
    """Objectives, time limit and completion threshold; every rule that is not followed becomes a warning."""
    collection = sequencing.collection_of(manifest.root)
    parts = sequencing.of(item.element, collection)
    objectives, passing = sequencing.objectives(parts)
    if objectives:
        play["objectives"] = objectives
    if passing is not None:
        play["mastery"] = passing * 100
    if limit := sequencing.time_limit(parts):
        play["max_time"] = limit
    threshold = _threshold(item)
    if threshold is not None:
        play["completion_threshold"] = threshold
    if reference := sequencing.missing_reference(item.element, collection):
        report.warn(
            "sequencing_reference",
            f"“{item.title}” names sequencing rules that are not there: {reference}.",
            manifest.path,
        )
    for words in sequencing.not_followed(parts, has_several):
        report.warn("sequencing", f"Not followed: “{item.title}” {words}.", manifest.path)
    if child(item.element, "data") is not None:
        report.warn(
            "shared_data",
            f"“{item.title}” keeps data that it shares with other parts (adl.data), which Frontline does not keep.",
            manifest.path,
        )


def say_groups(items: list[Item], manifest: Manifest, report: Report) -> None:
    """The sequencing rules of the course and of its groups, each once."""
    collection = sequencing.collection_of(manifest.root)
    groups = {id(group): group for item in items for group in item.groups}
    for group in groups.values():
        name = "the course" if group is manifest.organization else f"“{text(group, 'title')}”"
        for words in sequencing.not_followed(sequencing.of(group, collection), has_several=len(items) > 1):
            report.warn("sequencing", f"Not followed: {name} {words}.", manifest.path)


def _threshold(item: Item) -> float | None:
    """4th edition: an attribute, heeded when completedByMeasure; 3rd edition: the element's own words (CAM 4.2.1.9)."""
    for element in children(item.element, "completionthreshold") if item.element is not None else ():
        said = attribute(element, "minprogressmeasure")
        if said or attribute(element, "completedbymeasure"):
            if not is_true(attribute(element, "completedbymeasure"), False):
                return None
            value = number(said) if said else 1.0
        else:
            value = number(text(element))
        return value if value is not None and 0 <= value <= 1 else None
    return None


def minutes(item: Item) -> int:
    """The typical learning time that the item's metadata says, in minutes; 0 where none is said."""
    holder = child(item.element, "metadata")
    for element in everywhere(holder, "typicallearningtime") if holder is not None else ():
        return _minutes(text(element))
    return 0


def minutes_of_course(manifest: Manifest) -> int:
    """The typical learning time of the whole course, in minutes; 0 where none is said."""
    for holder in (manifest.organization, manifest.root):
        about = child(holder, "metadata")
        for element in everywhere(about, "typicallearningtime") if about is not None else ():
            return _minutes(text(element))
    return 0


def _minutes(said: str) -> int:
    found = MINUTES.search(said.upper())
    if found is None:
        return 0
    days, hours, more, clock, past = (int(each or 0) for each in found.groups())
    return min(days * 1440 + (hours + clock) * 60 + more + past, 10_000)
