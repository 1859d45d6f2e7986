"""Web pages that bring their own scripts or styles: one unit, played from the content origin as it is.

Plain pages become page units of the site instead (courses.packages.module_files): they are read better there, and each
counts by itself. The author is told which of the two it was, and why.
"""

import re

from courses.catalogue import Rule, UnitKind
from courses.packages import pages
from courses.packages.archive import Files
from courses.packages.content import UnitContent
from courses.packages.report import Report
from courses.packages.scorm import tools

HTML = (".html", ".htm", ".xhtml")
LOOKED_AT = 1024**2
"Bytes of a page that are looked at."
COUNTED = 100
"Pages whose words are counted."
WORDS_A_MINUTE = 200
OWN = {
    "a script": re.compile(r"<script[\s>]", re.IGNORECASE),
    "a style sheet": re.compile(r"""<link\s[^<>]{0,500}rel\s?=\s?["']?(?:[\w-]+\s)?stylesheet""", re.IGNORECASE),
    "styles of its own": re.compile(r"<style[\s>]", re.IGNORECASE),
    "a form": re.compile(r"<form[\s>]", re.IGNORECASE),
    "an embedded player": re.compile(r"<(iframe|frameset|object|embed|canvas|video|audio)[\s>]", re.IGNORECASE),
    "an action on an element": re.compile(r"<[a-z][^<>]{0,2000}\son[a-z]{3,20}\s?=\s?[\"']", re.IGNORECASE),
}
"What a page may bring that would be lost if its text alone were taken."


def why_played(files: Files) -> tuple[str, str] | None:
    """What makes a zip of pages one that is played as it is: a page and what it brings; None for plain pages."""
    for name in page_names(files):
        text = _text(files, name)
        for what, sign in OWN.items():
            if sign.search(text):
                return name, what
    return None


def read(files: Files, report: Report) -> list[UnitContent]:
    """One unit that opens the first page; its title is that page's own."""
    why = why_played(files)
    name = page_names(files)[0]
    if why is not None:
        words = f"The pages are played as they are, in a frame of their own, because one brings {why[1]}. Opening them completes the unit."
        report.note("played_as_web", words, why[0])
    text = _text(files, name)
    heading = re.search(r"<h1[^<>]{0,500}>([^<]{1,255})", text, re.IGNORECASE)
    title = pages.head_title(text) or (" ".join(heading.group(1).split()) if heading else "") or "Web pages"
    report.title = report.title or title[:255]
    tool = tools.tool_of(files, [name])
    if tool:
        report.facts["tool"] = tool
    minutes = max(
        1, round(sum(pages.words_in(_text(files, each)) for each in page_names(files)[:COUNTED]) / WORDS_A_MINUTE)
    )
    return [UnitContent("web", UnitKind.WEB, title[:255], minutes=minutes, rule=Rule.VIEWED, play={"href": name})]


def page_names(files: Files) -> list[str]:
    """HTML pages, the one to begin with first: index or default before others, shallow before deep."""
    found = [name for name in files.names() if name.lower().endswith(HTML)]
    return sorted(found, key=_order)


def _order(name: str) -> tuple[int, bool, str]:
    is_first = re.fullmatch(r"(index|default|start|home)\.x?html?", name.rsplit("/", 1)[-1], re.IGNORECASE)
    return name.count("/"), not is_first, name.lower()


def _text(files: Files, name: str) -> str:
    with files.open(name) as stream:
        return stream.read(LOOKED_AT).decode("utf-8", "replace")
