"""Migrations: numbered, one line of them, and the same tables as the models."""

import re

from alembic.script import ScriptDirectory

from learn import schema
from learn.paths import resource_dir


def test_models_and_migrated_database_agree(app):
    assert schema.differences() == []


def test_migrations_are_numbered_without_gaps():
    names = sorted(path.name for path in (resource_dir("migrations") / "versions").glob("*.py"))
    numbers = [int(re.match(r"(\d{4})_[a-z0-9_]+\.py$", name).group(1)) for name in names]
    assert numbers == list(range(1, len(numbers) + 1))


def test_there_is_one_head():
    assert len(ScriptDirectory.from_config(schema.config()).get_heads()) == 1


def test_every_column_says_what_it_means():
    import ast
    from pathlib import Path

    root = Path(__file__).parents[2]
    silent = []
    for path in [*root.glob("learn/**/*.py"), *root.glob("courses/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                silent += [f"{path.name}:{n}" for n in _silent_columns(node)]
    assert silent == []


def _silent_columns(node):
    import ast

    body = node.body
    for here, after in zip(body, [*body[1:], None], strict=True):
        is_column = isinstance(here, ast.AnnAssign) and "Mapped[" in ast.unparse(here.annotation)
        is_key = is_column and ast.unparse(here.annotation) == "Mapped[intpk]"
        says = (
            isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) and isinstance(after.value.value, str)
        )
        if is_column and not is_key and not says:
            yield f"{node.name}.{ast.unparse(here.target)}"
