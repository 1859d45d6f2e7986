"""Zips of web pages that bring their own scripts."""

import json
from html import escape
from pathlib import Path
from typing import Any

from tests.packages.scorm import DRAWING
from tests.packages.zips import Made, content, zipped


def pages(path: Path, *, title: str = "A page with a counter", files: Made | None = None, **packed: Any) -> Path:
    """Write a zip of two pages, a script, a style and a picture; the script counts presses (``data-testid="count"``)."""
    made: Made = {
        "index.html": page(
            title, '<button type="button" id="count">Count</button> <output data-testid="count">0</output> '
            '<img src="images/drawing.svg" alt="A drawing"><p><a href="more/second.html">The second page</a></p>', "js/count.js",
        ),
        "more/second.html": page("The second page", '<p data-testid="second">More to read.</p>', "../js/count.js"),
        "js/count.js": COUNT, "images/drawing.svg": DRAWING.replace("<script>parent.drawn = true</script>", ""),
        "style.css": "body { font-family: Arial, sans-serif; }",
    }  # fmt: skip
    return zipped(path, made | (files or {}), **packed)


def probing(path: Path, places: dict[str, str], **packed: Any) -> Path:
    """Write a page that tries each way out of its frame; see content/probes.js."""
    said = json.dumps({"probes": places})
    body = f'<script type="application/json" id="quirks">{said}</script><pre data-testid="probes"></pre>'
    made: Made = {"index.html": page("Probes", body, "probes.js"), "data.txt": "window.read = true;", "data.xyz": "?"}
    made |= {"drawing.svg": DRAWING, **{name: content(name) for name in ("probes.js", "sw.js")}}
    return zipped(path, made, **packed)


def page(title: str, body: str, script: str = "") -> str:
    """A page of HTML."""
    scripts = f'<script src="{script}"></script>' if script else ""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title></head>'
        f"<body><h1>{escape(title)}</h1>{body}{scripts}</body></html>"
    )


COUNT = """const button = document.getElementById("count");
if (button) button.addEventListener("click", () => {
  const place = document.querySelector('output');
  place.textContent = String(Number(place.textContent) + 1);
});
"""
