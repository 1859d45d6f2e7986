"""The community's own content as it ships: themes, the course, the modules' folders, the resources."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


@cache
def themes() -> list[dict[str, Any]]:
    """The five themes in their order: slug, title, summary."""
    return list(_read("themes.toml")["theme"])


@cache
def course() -> dict[str, Any]:
    """The course: slug, title, summary, modules (slugs in order)."""
    return _read("course.toml")


@cache
def resources() -> list[dict[str, Any]]:
    """The evidence and policy documents in groups: title, summary, items of title, publisher, year, url, why."""
    groups = _read("resources.toml")["group"]
    for group in groups:
        group.setdefault("summary", "")
        group["items"] = [{"url": None, "year": None, **item} for item in group.pop("item")]
    return list(groups)


def module_folder(slug: str) -> Path:
    """Where a starter module's files lie."""
    return FOLDER / "modules" / slug
