"""H5P packages of this project's own making, with two small libraries that h5p-standalone plays.

H5P.FrontlineTest 1.0 scores: buttons "Answer right", "Answer wrong" and "Finish", xAPI attempted, interacted and answered
with a score, and its state. H5P.FrontlineText 1.0 shows a text and scores nothing.
"""

import json
from pathlib import Path
from typing import Any

from tests.packages.zips import Made, content, zipped

QUESTION, TEXT = "H5P.FrontlineTest", "H5P.FrontlineText"
SCRIPTS = {QUESTION: "frontline-test.js", TEXT: "frontline-text.js"}


def question(path: Path, *, question: str = "Consent can be withdrawn.", questions: int = 2, **wanted: Any) -> Path:
    """Write an H5P that scores; ``verb="completed"`` changes how it tells its end. ``wanted`` as in ``package``."""
    given = {"question": question, "questions": questions, "verb": wanted.pop("verb", "answered")}
    return package(path, library=QUESTION, given=given, **wanted)


def text(path: Path, *, text: str = "People come first.", **wanted: Any) -> Path:
    """Write an H5P that scores nothing. ``wanted`` as in ``package``."""
    return package(path, library=TEXT, given={"text": text}, **wanted)


def package(
    path: Path, *, library: str = QUESTION, title: str = "Consent, a question", given: dict[str, Any] | None = None,
    files: Made | None = None, without: tuple[str, ...] = (), about: dict[str, Any] | None = None, **packed: Any,
) -> Path:  # fmt: skip
    """Write an H5P: ``given`` is its content.json, ``about`` changes h5p.json, ``files`` adds, ``without`` leaves out."""
    made = package_files(library, title, given or {}, about or {}) | (files or {})
    return zipped(path, {name: each for name, each in made.items() if name not in without}, **packed)


def package_files(library: str, title: str, given: dict[str, Any], about: dict[str, Any]) -> Made:
    """The files of an H5P by name; any library's name can be its main one, and brings our script along."""
    folder = f"{library}-1.0"
    h5p = {
        "title": title, "language": "en", "mainLibrary": library, "embedTypes": ["div"], "license": "U",
        "preloadedDependencies": [{"machineName": library, "majorVersion": 1, "minorVersion": 0}], **about,
    }  # fmt: skip
    described = {
        "title": library, "machineName": library, "majorVersion": 1, "minorVersion": 0, "patchVersion": 0, "runnable": 1,
        "preloadedJs": [{"path": "library.js"}], "preloadedCss": [{"path": "library.css"}],
    }  # fmt: skip
    return {
        "h5p.json": json.dumps(h5p),
        "content/content.json": json.dumps(given),
        f"{folder}/library.json": json.dumps(described),
        f"{folder}/library.js": content(SCRIPTS.get(library, "frontline-text.js")),
        f"{folder}/library.css": "button { font: inherit; min-height: 44px; margin: 0 8px 8px 0; }",
    }
