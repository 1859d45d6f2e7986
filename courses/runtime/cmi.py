"""The data model of SCORM as it is kept: a nested dict of text, lists as dicts by number, as scorm-again has them.

Measured with scorm-again 3.4.3 under Node 20 (``lmsCommitUrl`` set, ``sendFullCommit: false``, ``includeCommitSequence: true``,
``terminateCommitParam: "final"``):

- A commit is ``{"cmi": {…}, "commitSequence": n}`` with n from 1 for each API object, sent as ``application/json`` by a
  synchronous XMLHttpRequest, at Terminate as ``text/plain`` by ``sendBeacon`` to the address with ``?final=true`` added.
- The whole model is in each commit: ``sendFullCommit: false`` sends no less. A sender of changes has to compare by itself.
- Lists are ``{"0": {…}, "1": {…}}``, values are text, ``_count`` and ``_children`` never come.
- ``session_time`` comes as the content set it; ``total_time`` comes only at the end, as what was loaded plus ``session_time``.
- ``loadFromJSON`` takes the same shape with or without ``cmi`` around it, leaves out what is empty, and sets values in the
  order of the keys. An entry of a list whose number is not the next one is lost. One value that it finds invalid (a score of
  120, a status in capitals, a location of 300 characters, a 2004 response before its type) throws and ends the loading: a
  player has to set value by value and go on after each that is refused.
- The mastery score is applied at Terminate, also to a status of ``incomplete``: it becomes ``failed`` or ``passed``. In 2004
  ``GetValue("cmi.success_status")`` says what ``scaled_passing_score`` makes of it, and Terminate sends that.

The server takes whole models and parts of them alike, and flat names (``{"cmi.core.lesson_location": "4"}``) too.
"""

import re
from typing import Any

LISTS = frozenset({"objectives", "interactions", "correct_responses", "comments_from_learner", "comments_from_lms"})
INDEX = re.compile(r"0|[1-9]\d{0,4}", re.ASCII)
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}", re.ASCII)
DEEPEST = 8

State = dict[str, Any]


def merge(state: State, changed: Any, owned: frozenset[str]) -> State:
    """The state with what changed in it. What is not in ``changed`` stays, what makes no sense is left out.

    ``owned`` are paths (``core.student_id``) that the site says and a package cannot change.
    """
    return _merged(state, _nested(changed), owned, "", 0)


def _nested(changed: Any) -> State:
    """Flat names as a nested dict, and the model out of what is round it."""
    if not isinstance(changed, dict):
        return {}
    inside = changed.get("cmi")
    if isinstance(inside, dict):
        return inside
    if not any("." in name for name in changed if isinstance(name, str)):
        return changed
    made: State = {}
    for name, value in changed.items():
        first, *parts = str(name).split(".")
        if first != "cmi" or not 0 < len(parts) <= DEEPEST:
            continue
        place = made
        for part in parts[:-1]:
            there = place.get(part)
            place[part] = place = there if isinstance(there, dict) else {}
        place[parts[-1]] = value
    return made


def _merged(state: State, changed: State, owned: frozenset[str], path: str, depth: int) -> State:
    merged = dict(state)
    is_list = path.rpartition(".")[2] in LISTS
    names = sorted(filter(_is_index, changed), key=int) if is_list else filter(_is_name, changed)
    for name in names:
        here = f"{path}.{name}" if path else name
        if here in owned or (is_list and int(name) > len(merged)):
            continue
        value, there = changed[name], merged.get(name)
        if isinstance(value, list):
            value = {str(index): each for index, each in enumerate(value)}
        if isinstance(value, dict):
            if depth < DEEPEST and not isinstance(there, str):
                merged[name] = _merged(there or {}, value, owned, here, depth + 1)
        elif value is not None and not is_list and not isinstance(there, dict):
            merged[name] = value if isinstance(value, str) else str(value)
    return merged


def _is_index(name: Any) -> bool:
    return isinstance(name, str) and INDEX.fullmatch(name) is not None


def _is_name(name: Any) -> bool:
    return isinstance(name, str) and NAME.fullmatch(name) is not None


def part(state: State, name: str) -> State:
    """A group of the model (core, score); empty when it is not there."""
    found = state.get(name)
    return found if isinstance(found, dict) else {}


def text(state: State, name: str) -> str:
    """A value of the model; empty when it is not there."""
    found = state.get(name)
    return found if isinstance(found, str) else ""


def filled(values: State) -> State:
    """Without what is empty, down to the bottom: scorm-again reads no more."""
    kept = {name: filled(value) if isinstance(value, dict) else value for name, value in values.items()}
    return {name: value for name, value in kept.items() if value not in ("", None, {})}


def in_order(state: State) -> State:
    """Lists by number and each entry's id first: an entry has to have its id before anything else can be set."""
    sorted_state = {name: in_order(value) if isinstance(value, dict) else value for name, value in state.items()}
    for name in LISTS & sorted_state.keys():
        entries = sorted_state[name]
        if isinstance(entries, dict):
            sorted_state[name] = {index: _id_first(entries[index]) for index in sorted(entries, key=int)}
    return sorted_state


def _id_first(entry: Any) -> Any:
    if not isinstance(entry, dict):
        return entry
    return {name: entry[name] for name in sorted(entry, key=("id", "type").__contains__, reverse=True)}
