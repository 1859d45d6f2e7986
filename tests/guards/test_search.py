"""The search is told of every module that is published, retired or restored: the engine below cannot do it itself."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
ACTS = {"publish", "retire", "restore"}


def calls(node: ast.AST, of: str) -> set[str]:
    """Names that are called of a module, in a piece of source."""
    return {
        call.func.attr
        for call in ast.walk(node)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == of
    }


def acting(tree: ast.AST) -> list[ast.FunctionDef]:
    """Functions that change which version of a module learners get."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return [each for each in functions if calls(each, "publishing") & ACTS]


def uses_the_engine(tree: ast.AST) -> bool:
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "courses"
        and any(each.name == "publishing" for each in node.names)
        for node in ast.walk(tree)
    )


def test_whoever_publishes_a_module_tells_the_search():
    trees = {path: ast.parse(path.read_text()) for path in ROOT.glob("learn/**/*.py")}
    found = [
        (path.relative_to(ROOT).as_posix(), each.name, "keep" in calls(each, "modules"))
        for path, tree in trees.items()
        if uses_the_engine(tree)
        for each in acting(tree)
    ]
    assert len(found) >= 5, "the guard found nobody who publishes: look whether it still looks at the right names"
    assert [each for each in found if not each[2]] == []


def test_the_engine_is_imported_by_its_name():
    other = ("from courses.publishing import", "import courses.publishing", "publishing as")
    found = [
        (path.name, line)
        for path in ROOT.glob("learn/**/*.py")
        for line in path.read_text().splitlines()
        if any(each in line for each in other) and "courses" in line and "CannotPublish" not in line
    ]
    assert found == []
