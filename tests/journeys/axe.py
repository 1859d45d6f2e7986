"""axe-core on a page: WCAG 2.0 to 2.2 A and AA, and best practice."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Frame, Page

SOURCE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


RUN = """async tags => {
    const found = await axe.run(document, {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]});
    return found.violations.map(({id, impact, nodes}) => ({rule: id, impact, places: nodes.slice(0, 5).map(node => node.target)}));
}"""
"What is right is told in a word: a page has thousands of things that are."


def violations(page: Page | Frame) -> list[dict[str, Any]]:
    """What axe finds wrong: rule, how bad, and the first places. The script goes in beside the page's policy, once a page."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(SOURCE.read_text())
    found: list[dict[str, Any]] = page.evaluate(RUN, TAGS)
    return found
