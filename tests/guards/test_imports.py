"""Imports run downward only: the floors of the house, checked in the source."""

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

FLOORS = [
    {"learn.__main__"},
    {"learn.app"},
    {"learn.cli", "learn.health", "learn.doctor"},
    {
        "learn.admin",
        "learn.authoring",
        "learn.content",
        "learn.hub",
        "learn.player",
        "learn.progress",
        "learn.community",
        "learn.stories",
        "learn.forum",
    },
    {"learn.discussion"},
    {"learn.moderation"},
    {"learn.search"},
    {"learn.passback", "learn.roster", "learn.notifications", "learn.people"},
    {"learn.lti", "learn.outbox"},
    {"learn.accounts"},
    {
        "learn.web",
        "learn.policy",
        "learn.audit",
        "learn.headers",
        "learn.errors",
        "learn.components",
        "learn.schema",
        "learn.spreadsheet",
        "learn.identifiers",
    },
    {"learn.extensions", "learn.config", "learn.paths", "learn.logs", "learn.assets"},
    {"courses"},
]
"From the top down. A room may import what lies below it; features on one floor never import each other."

FEATURES = [floor for floor in FLOORS if "learn.hub" in floor or "learn.lti" in floor]
ALLOWED = {("learn.hub", "learn.community")}
"The resources page shows what the starter content brings."


def room_of(module: str) -> str:
    return "courses" if module.split(".")[0] == "courses" else ".".join(module.split(".")[:2])


def imports() -> list[tuple[str, str, Path]]:
    """Every import of ours by ours: (importing room, imported room, file)."""
    found = []
    for path in [*ROOT.glob("learn/**/*.py"), *ROOT.glob("courses/**/*.py")]:
        here = room_of(".".join(path.relative_to(ROOT).with_suffix("").parts))
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = (
                    [f"{node.module}.{alias.name}" for alias in node.names] if node.module == "learn" else [node.module]
                )
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            found += [(here, room_of(name), path) for name in names if name.split(".")[0] in ("learn", "courses")]
    return found


def floor_of(room: str) -> int:
    return next(number for number, floor in enumerate(FLOORS) if room in floor)


def test_every_room_stands_on_a_floor():
    rooms = {room_of(".".join(p.relative_to(ROOT).with_suffix("").parts)) for p in ROOT.glob("learn/**/*.py")} - {
        "learn.__init__"
    }
    assert rooms - set().union(*FLOORS) == set()


def test_imports_run_downward_only():
    upward = [
        (here, there, path.name)
        for here, there, path in imports()
        if there != "learn" and here != there and floor_of(there) < floor_of(here)
    ]
    assert upward == []


def test_features_never_import_each_other():
    crossing = {
        (here, there)
        for here, there, _ in imports()
        for floor in FEATURES
        if here in floor and there in floor and here != there
    }
    assert crossing - ALLOWED == set()


def test_the_course_engine_knows_no_web_and_no_lti():
    forbidden = {"flask", "wtforms", "flask_wtf", "flask_login", "pylti1p3", "requests", "learn", "werkzeug"}
    for path in ROOT.glob("courses/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = (
                    [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
                )
                assert not {name.split(".")[0] for name in names} & forbidden, path


def test_only_the_lti_room_knows_the_lti_library():
    for path in ROOT.glob("learn/**/*.py"):
        if "lti" not in path.parts:
            assert "pylti1p3" not in path.read_text(), path


def test_the_identifier_detector_is_plain_python_and_knows_nothing_of_ours():
    for path in ROOT.glob("learn/identifiers/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = (
                    [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
                )
                others = {
                    name for name in names if name != "learn.identifiers" and not name.startswith("learn.identifiers.")
                }
                assert {name.split(".")[0] for name in others} <= sys.stdlib_module_names, path


def test_learn_stays_empty_of_imports():
    assert (ROOT / "learn/__init__.py").read_text().strip() == ""


def test_only_the_edges_commit():
    edges = {"web.py"}
    for path in [*ROOT.glob("learn/**/*.py"), *ROOT.glob("courses/**/*.py")]:
        if path.name not in edges:
            assert ".commit()" not in path.read_text(), path
