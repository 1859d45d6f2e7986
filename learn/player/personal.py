"""What somebody learned, for export, erasure and merging, and what of it is over; the engine knows how."""

from datetime import datetime

from sqlalchemy.orm import Session

from courses.learning import merging, personal, plays
from learn.accounts.personal import Person, PersonalData, Rows

KEPT = (
    "That somebody began or completed a module, when, and with which score, is kept without a name or address, so that "
    "the numbers of each module stay right."
)


def _export(session: Session, person: Person) -> dict[str, Rows]:
    return personal.told(session, person.learner_ids)


def _erase(session: Session, person: Person, at: datetime) -> list[str]:
    personal.forget(session, person.learner_ids)
    return []


def _move(session: Session, source: Person, into: Person, at: datetime) -> None:
    merging.merge(session, source.learner_ids[0], into.learner_ids[0], at)


def prune(session: Session, at: datetime) -> dict[str, int]:
    """Remove opened players whose time is over."""
    return {"plays": plays.prune(session, at)}


PERSONAL = PersonalData(
    tables=personal.TABLES,
    export=_export,
    erase=_erase,
    move=_move,
    words={
        "learner": "the random names by which statements about your learning call you",
        "modules": "the modules that you began, how far you are, and your best score",
        "units": "what you did in each unit",
        "quiz_tries": "each try at a quiz, with your answers",
        "package_tries": "each try at a package, such as SCORM or H5P, with what the package keeps for you",
        "packages_opened": "when you opened a package",
        "reflections": "what you wrote in modules",
        "what_happened": "what you did when, as statements",
    },
    keeps=(KEPT,),
)
