"""What a SCORM 2004 manifest says about sequencing: objectives and time limits are used, every other rule is reported.

Frontline plays a package's parts by free choice; sequencing (SN 4th edition) is not run. So that an author knows what a
learner will meet otherwise than meant, each rule is put into words, with the part that it belongs to.
"""

from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element

from courses.packages.playing import Objective
from courses.packages.scorm.elements import attribute, child, children, everywhere, has, is_true, number, text
from courses.packages.xml import local

ACTIONS = {
    "skip": "is left out", "disabled": "cannot be opened", "hiddenfromchoice": "is not offered",
    "stopforwardtraversal": "ends the way forward", "exitparent": "closes its group", "exitall": "ends the course",
    "retry": "starts again", "retryall": "starts the whole course again", "continue": "goes on to the next part",
    "previous": "goes back to the part before", "exit": "is closed",
}  # fmt: skip
CONDITIONS = {
    "satisfied": "it is passed", "objectivestatusknown": "it is known whether it is passed",
    "objectivemeasureknown": "there is a score", "objectivemeasuregreaterthan": "the score is above {}",
    "objectivemeasurelessthan": "the score is below {}", "completed": "it is completed",
    "activityprogressknown": "it is known whether it is completed", "attempted": "it was tried",
    "attemptlimitexceeded": "there are no tries left", "timelimitexceeded": "the time is over",
    "outsideavailabletimerange": "it is not the time for it", "always": "always", "never": "never",
}  # fmt: skip


def of(holder: Element | None, collection: dict[str, Element]) -> list[Element]:
    """The parts of an item's sequencing, its own first, then those that its IDRef adds (CAM 5.1.1)."""
    own = child(holder, "sequencing")
    if own is None:
        return []
    parts = list(own)
    shared = collection.get(attribute(own, "idref"))
    taken = {local(each.tag) for each in parts}
    return parts + [each for each in (shared if shared is not None else []) if local(each.tag) not in taken]


def collection_of(root: Element) -> dict[str, Element]:
    """Shared sequencing by its ID."""
    shared = (each for group in everywhere(root, "sequencingcollection") for each in children(group, "sequencing"))
    return {attribute(each, "id"): each for each in shared}


def missing_reference(holder: Element | None, collection: dict[str, Element]) -> str:
    """The IDRef that leads nowhere, else empty."""
    reference = attribute(child(holder, "sequencing"), "idref")
    return reference if reference and reference not in collection else ""


def objectives(parts: list[Element]) -> tuple[list[Objective], float | None]:
    """The objectives to begin with, and the primary one's measure to pass, -1 to 1 (CAM 5.1.7.1; 1.0 where it is not named)."""
    found: list[Objective] = []
    passing: float | None = None
    for group in _named(parts, "objectives"):
        for each in group:
            if local(each.tag) not in ("primaryobjective", "objective"):
                continue
            measure = None
            if is_true(attribute(each, "satisfiedbymeasure"), False):
                said = number(text(each, "minnormalizedmeasure"))
                measure = max(-1.0, min(1.0, 1.0 if said is None else said))
            if local(each.tag) == "primaryobjective":
                passing = measure
            if identifier := attribute(each, "objectiveid"):
                found.append({"id": identifier, "min_measure": measure} if measure is not None else {"id": identifier})
    return found, passing


def time_limit(parts: list[Element]) -> str:
    """The time that an attempt may take, as written; empty when there is no limit."""
    return next(filter(None, (attribute(each, "attemptabsolutedurationlimit") for each in _named(parts, "limitconditions"))), "")  # fmt: skip


def not_followed(parts: list[Element], has_several: bool) -> Iterator[str]:
    """Each rule that Frontline does not follow, as the end of a sentence about the part; ``has_several``: it can be left."""
    for each in parts:
        words = _WORDS.get(local(each.tag))
        if words is not None:
            yield from words(each, has_several)
    for objective in (found for group in _named(parts, "objectives") for found in group):
        if has(objective, "mapinfo"):
            yield f"shares its result “{attribute(objective, 'objectiveid') or 'primary'}” with other parts"


def _named(parts: list[Element], name: str) -> Iterator[Element]:
    return (each for each in parts if local(each.tag) == name)


def _control(element: Element, has_several: bool) -> Iterator[str]:
    if not has_several:
        return
    if not is_true(attribute(element, "choice"), True):
        yield "wants its parts to be met in their order, without choosing"
    if not is_true(attribute(element, "choiceexit"), True):
        yield "does not want to be left before its end"
    if is_true(attribute(element, "forwardonly"), False):
        yield "does not want anybody to go back"


def _rules(element: Element, has_several: bool) -> Iterator[str]:
    for rule in element:
        if local(rule.tag) not in ("preconditionrule", "postconditionrule", "exitconditionrule"):
            continue
        action = attribute(child(rule, "ruleaction"), "action").lower()
        yield f"{ACTIONS.get(action, action or 'has a rule')} {_conditions(child(rule, 'ruleconditions'), 'rulecondition')}"


def _conditions(group: Element | None, name: str) -> str:
    joined = " or " if attribute(group, "conditioncombination").lower() == "any" else " and "
    said: list[tuple[bool, str]] = []
    for each in children(group, name) if group is not None else ():
        words = CONDITIONS.get(attribute(each, "condition").lower(), attribute(each, "condition"))
        words = words.format(attribute(each, "measurethreshold") or "a measure")
        if objective := attribute(each, "referencedobjective"):
            words += f" (objective “{objective}”)"
        said.append((attribute(each, "operator").lower() == "not", words))
    if len(said) == 1:
        return f"{'unless' if said[0][0] else 'if'} {said[0][1]}"
    return (
        f"if {joined.join(f'not ({words})' if is_not else words for is_not, words in said) or 'its conditions are met'}"
    )


def _limits(element: Element, has_several: bool) -> Iterator[str]:
    limit = attribute(element, "attemptlimit")
    if limit:
        yield f"allows {limit} {'try' if limit == '1' else 'tries'}"
    for name, words in (
        ("attemptexperienceddurationlimit", "limits the time spent in a try"),
        ("activityabsolutedurationlimit", "limits the time for all tries"),
        ("activityexperienceddurationlimit", "limits the time spent in all tries"),
        ("begintimelimit", "opens at a set time"),
        ("endtimelimit", "closes at a set time"),
    ):
        if attribute(element, name):
            yield words


def _rollup(element: Element, has_several: bool) -> Iterator[str]:
    if not is_true(attribute(element, "rollupobjectivesatisfied"), True):
        yield "does not count for whether the course is passed"
    if not is_true(attribute(element, "rollupprogresscompletion"), True):
        yield "does not count for whether the course is completed"
    weight = number(attribute(element, "objectivemeasureweight"))
    if weight is not None and weight != 1:
        yield f"counts {weight:g} of its score for the course"
    for rule in children(element, "rolluprule"):
        action = attribute(child(rule, "rollupaction"), "action") or "has a result"
        which = attribute(rule, "childactivityset") or "all"
        yield f"is {action} by {which} of its parts {_conditions(child(rule, 'rollupconditions'), 'rollupcondition')}"


def _random(element: Element, has_several: bool) -> Iterator[str]:
    if attribute(element, "randomizationtiming").lower() not in ("", "never"):
        yield "wants its parts in random order"
    if attribute(element, "selectiontiming").lower() not in ("", "never"):
        yield f"wants {attribute(element, 'selectcount') or 'some'} of its parts chosen by chance"


def _delivery(element: Element, has_several: bool) -> Iterator[str]:
    if not is_true(attribute(element, "tracked"), True):
        yield "does not want to be recorded"


def _choice(element: Element, has_several: bool) -> Iterator[str]:
    if has_several and is_true(attribute(element, "preventactivation"), False):
        yield "does not want its parts to be chosen from outside"
    if has_several and is_true(attribute(element, "constrainchoice"), False):
        yield "wants only the next or the previous part to be chosen"


def _rollup_considerations(element: Element, has_several: bool) -> Iterator[str]:
    if any(value.lower() not in ("always", "true") for value in element.attrib.values()):
        yield "has its own rules for when its parts count"


_WORDS: dict[str, Callable[[Element, bool], Iterator[str]]] = {
    "controlmode": _control, "sequencingrules": _rules, "limitconditions": _limits, "rolluprules": _rollup,
    "randomizationcontrols": _random, "deliverycontrols": _delivery, "constrainedchoiceconsiderations": _choice,
    "constrainchoiceconsiderations": _choice, "rollupconsiderations": _rollup_considerations,
}  # fmt: skip
