"""Every kind of notice that is told anywhere has words: looked up in the source, wherever ``notify`` is called."""

import ast
from pathlib import Path

from learn.notifications.kinds import KINDS

ROOT = Path(__file__).parents[2]


def constants(tree: ast.Module) -> dict[str, str]:
    """Names that a module gives to a text."""
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def kind_of(call: ast.Call, named: dict[str, str]) -> str | None:
    """The kind that a call tells; None where it can only be known while it runs."""
    given = [each.value for each in call.keywords if each.arg == "kind"]
    kind = call.args[2] if len(call.args) > 2 else next(iter(given), None)
    if isinstance(kind, ast.Constant):
        return str(kind.value)
    return named.get(kind.id) if isinstance(kind, ast.Name) else None


def told() -> list[tuple[str, str | None]]:
    """Each call of ``notify``: where, and the kind that it tells."""
    found = []
    for path in ROOT.glob("learn/**/*.py"):
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            name = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
            if name == "notify":
                found.append((path.relative_to(ROOT).as_posix(), kind_of(node, constants(tree))))
    return found


def test_every_notice_that_is_told_has_words():
    found = told()
    assert found
    assert [(path, kind) for path, kind in found if kind not in KINDS] == []
