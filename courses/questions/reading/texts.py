"""What an author wrote in a question bank, in one of four formats, as safe HTML with its pictures in the storage."""

import re
from dataclasses import dataclass, field, replace
from html import escape, unescape
from typing import Any

import nh3

from courses.packages import pages
from courses.packages.pages import Place
from courses.packages.report import Problem, Report
from courses.storage import Storage

LINE = {"em", "strong", "b", "i", "u", "s", "code", "kbd", "sub", "sup", "small", "br", "abbr", "span", "img"}
"What may stand in a label: no paragraph, no list, no link."
BLOCK = re.compile(r"<(p|div|ul|ol|li|table|blockquote|pre|h[1-6]|dl|figure)\b", re.IGNORECASE)
NO_TAG = re.compile(r"<(?!/?[a-z][\w:-]*(?:\s[^<>]*)?/?>|!--)", re.IGNORECASE)
"A less-than sign that begins no tag, as in p<0.05."
TEX = re.compile(r"\\\(|\\\[|\$\$")


@dataclass
class Texts:
    """Turns texts of one file into HTML; what was left out of a question is reported under its name."""

    report: Report
    storage: Storage | None = None
    slug: str = ""
    "Of the module, for the addresses of pictures."
    images: dict[str, dict[str, Any]] = field(default_factory=dict)
    "Pictures that were kept, as a unit's media names them."
    name: str = ""
    "Of the question that is being read."
    number: int = 0
    "Of the question, so that two files of the same name in two questions stay two."
    said: set[tuple[str, str]] = field(default_factory=set)

    def begin(self, name: str) -> None:
        """Another question begins."""
        self.name, self.number = name, self.number + 1

    def block(self, text: str, form: str = "html", files: dict[str, bytes] | None = None) -> str:
        """A question or an explanation."""
        html = as_html(text, form)
        if not html.strip():
            return ""
        html = re.sub(r"<(/?)h[1-6]\b[^>]*>", lambda m: "</strong></p>" if m.group(1) else "<p><strong>", html)
        if TEX.search(html):
            self.note("formula", "Formulas in TeX are shown as they are written.")
        own, folder = Report(), f"question-{self.number}"
        held = {f"{folder}/{name}": content for name, content in (files or {}).items()} if self.storage else {}
        html = re.sub(r"@@PLUGINFILE@@/", "", html)
        place = Place(f"{folder}/text", self.slug, Held(held), self.storage, own, images=self.images)  # type: ignore[arg-type]
        safe = pages.safe(html, place)[1]
        for problem in own.problems:
            self._keep(replace(problem, message=problem.message.replace(f"{folder}/", ""), path=self.name))
        return safe

    def line(self, text: str, form: str = "html", files: dict[str, bytes] | None = None) -> str:
        """An answer to choose: what may stand in a label."""
        html = self.block(text, form, files)
        html = re.sub(r"</(?:p|div|li|tr|h[1-6])>\s*<(?:p|div|li|tr|h[1-6])[^>]*>", "<br>", html)
        kept = {"img": {"src", "alt", "width", "height", "loading"}}
        return nh3.clean(html, tags=LINE, attributes=kept, url_schemes={"https"}).strip()

    def feedback(self, text: str, form: str = "html", files: dict[str, bytes] | None = None) -> str:
        """A feedback: one paragraph stands without its tags."""
        html = self.block(text, form, files)
        alone = re.fullmatch(r"<p>((?:(?!</?p>).)*)</p>", html, re.DOTALL)
        return alone.group(1).strip() if alone else html

    def note(self, code: str, message: str) -> None:
        """Something to know about the file, said once."""
        self._keep(Problem("note", code, message))

    def _keep(self, problem: Problem) -> None:
        key = (problem.message, problem.path)
        if key not in self.said:
            self.said.add(key)
            self.report.problems.append(problem)


@dataclass(frozen=True)
class Held:
    """The files that came with a question, as a package's files."""

    content: dict[str, bytes]

    def names(self) -> list[str]:
        return list(self.content)

    def read(self, name: str) -> bytes:
        return self.content[name]


def as_html(text: str, form: str) -> str:
    """HTML, not safe yet. ``form`` is html, markdown, plain, or moodle: HTML in which lines are lines (Moodle's auto-format)."""
    text = text.strip()
    if form == "markdown":
        return pages.from_markdown(text)
    if form == "plain":
        return _paragraphs(escape(text, quote=False)) if text else ""
    text = NO_TAG.sub("&lt;", text)
    return text if form == "html" or not text or BLOCK.search(text) else _paragraphs(text)


def _paragraphs(html: str) -> str:
    parts = [part.strip().replace("\n", "<br>") for part in re.split(r"\n\s*\n", html)]
    return "\n".join(f"<p>{part}</p>" for part in parts if part)


def words(html: str) -> str:
    """The text of some HTML as one line; a picture is its description."""
    html = re.sub(r'<img\b[^>]*?\balt="([^"]*)"[^>]*>', r" \1 ", html)
    html = re.sub(r"<(?:br|/p|/li|/div|/td)\b[^>]*>", " ", html)
    return " ".join(unescape(re.sub(r"</?[a-zA-Z][^<>]*>", "", html)).split())
