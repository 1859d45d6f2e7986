"""axe-core on a page: WCAG 2.0 to 2.2 A and AA, and best practice."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Frame, Page

SOURCE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page | Frame) -> list[dict[str, Any]]:
    """What axe finds wrong: rule, how bad, and the first places. The script goes in beside the page's policy."""
    page.evaluate(SOURCE.read_text())
    found = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS)
    return [
        {"rule": each["id"], "impact": each["impact"], "places": [node["target"] for node in each["nodes"]][:5]}
        for each in found["violations"]
    ]
