"""A story's text as HTML, drawn once when it is published: the template's sections, everything that was typed made harmless.

Title, names and dates are the page's own, which knows them from the story's row.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import quote

from learn.components import plural
from learn.discussion import rendering
from learn.identifiers import studies
from learn.stories.fields import COSTS, INVOLVED, LICENCES, SECTIONS
from learn.stories.models import FileKind
from learn.stories.reading import measuring

RENDERER = 100 * rendering.RENDERER + 1
"Raised by whatever changes what is drawn; kept with each revision."
TOO_EARLY = "It is too early for numbers, or it cannot be counted."
HEADINGS = {key: heading for key, (heading, _) in SECTIONS.items()} | {"did": "What we did"}
OWN = "What we would do differently"

Fields = Mapping[str, Any]


def draw(fields: Fields, files: Sequence[Any]) -> str:
    """The text between a story's heads and its comments. ``files`` are rows of story_file, in their order.

    Takes whatever a revision holds: a field that is missing or empty leaves no trace.
    """
    pictures = [each for each in files if each.kind is FileKind.PICTURE]
    others = [each for each in files if each.kind is not FileKind.PICTURE]
    parts = [*(picture(each, "story-picture") for each in pictures[:1]), _lead(fields)]
    for key, drawn in _BY_SECTION.items():
        parts.append(_section(key, "".join(drawn(fields))))
        if key == "did":
            parts.append(_more_pictures(pictures[1:]))
    parts += [_quote(fields), _files(others), _section("sources", "".join(_sources(fields)))]
    return "\n".join(part for part in parts if part)


def picture(row: Any, named: str = "") -> str:
    """One picture with its description and the line under it; one that is ``named`` stands at the top and is not put off."""
    caption = f"<figcaption>{escape(row.caption)}</figcaption>" if row.caption else ""
    kind, put_off = (f' class="{named}"', "") if named else ("", ' loading="lazy"')
    source, alt = escape(address(row)), escape(row.alt)
    image = f'<img src="{source}" alt="{alt}" width="{row.width:d}" height="{row.height:d}"{put_off}>'
    return f"<figure{kind}>{image}{caption}</figure>"


def address(row: Any) -> str:
    """Where a picture or file of a story is served."""
    return f"/s/files/{row.id}/{quote(row.name, safe='')}"


def linked(text: str) -> str:
    """One line of text, escaped, with links where it names a study or a paper."""
    drawn, at = [], 0
    for study in studies(text):
        words = escape(text[study.offset : study.end])
        drawn += [escape(text[at : study.offset]), _link(study.address, words)]
        at = study.end
    return "".join([*drawn, escape(text[at:])])


def _link(to: str, words: str) -> str:
    return f'<a href="{escape(to)}" rel="{rendering.REL}" target="_blank">{words}{rendering.NEW_TAB}</a>'


def _section(key: str, html: str) -> str:
    return f"<section><h2>{HEADINGS[key]}</h2>{html}</section>" if html else ""


def _lead(fields: Fields) -> str:
    return f'<p class="lead">{escape(_line(fields, "summary"))}</p>' if _line(fields, "summary") else ""


def _problem(fields: Fields) -> Iterator[str]:
    yield _text(fields, "problem")


def _did(fields: Fields) -> Iterator[str]:
    yield _list(fields, "steps", "ol", "steps-done")
    yield from _told(fields, "team", "Who did it")
    facts = [("Time it took", _line(fields, "time")), ("Cost", COSTS.get(_line(fields, "cost"), ""))]
    rows = "".join(f"<div><dt>{name}</dt><dd>{escape(words)}</dd></div>" for name, words in facts if words)
    yield f'<dl class="facts">{rows}</dl>' if rows else ""


def _involved(fields: Fields) -> Iterator[str]:
    who = [INVOLVED[key] for key in fields.get("involved") or [] if key in INVOLVED]
    yield f"<ul>{''.join(f'<li>{escape(each)}</li>' for each in who)}</ul>" if who else ""
    yield from _told(fields, "involved_how", "How patients and the public were involved")


def _changed(fields: Fields) -> Iterator[str]:
    yield measuring.draw([row for row in fields.get("measures") or [] if isinstance(row, Mapping)])
    yield _text(fields, "changed")
    yield f'<p class="quiet">{TOO_EARLY}</p>' if fields.get("too_early") else ""


def _lessons(fields: Fields) -> Iterator[str]:
    yield _text(fields, "did_not_work")
    yield from _told(fields, "differently", OWN)


def _yourself(fields: Fields) -> Iterator[str]:
    yield _list(fields, "tips", "ol")


_BY_SECTION: dict[str, Callable[[Fields], Iterator[str]]] = {
    "problem": _problem, "did": _did, "involved": _involved, "changed": _changed, "lessons": _lessons, "yourself": _yourself,
}  # fmt: skip


def _quote(fields: Fields) -> str:
    words, who = _line(fields, "quote"), _line(fields, "quote_who")
    if not words:
        return ""
    by = f"<figcaption>{escape(who)}</figcaption>" if who else ""
    return f'<figure class="story-quote"><blockquote><p>{escape(words)}</p></blockquote>{by}</figure>'


def _more_pictures(rows: Sequence[Any]) -> str:
    return f'<div class="pictures">{"".join(picture(row) for row in rows)}</div>' if rows else ""


def _files(rows: Sequence[Any]) -> str:
    if not rows:
        return ""
    items = "".join(
        f'<li><a href="{escape(address(row))}">{escape(row.caption or row.name)}</a> '
        f'<span class="quiet">{escape(row.name)}, {size(row.size)}, {escape(LICENCES.get(row.licence, LICENCES["own"]))}</span></li>'
        for row in rows
    )
    return f'<section><h2>Files</h2><ul class="story-files plain-list">{items}</ul></section>'


def size(count: int) -> str:
    """As in "240 kB" or "1.2 MB"."""
    if count < 1000:
        return plural(count, "byte")
    return f"{count / 1000:.0f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def _sources(fields: Fields) -> Iterator[str]:
    for name, heading in (("studies", "Linked studies"), ("references", "References")):
        lines = _lines(fields, name)
        items = "".join(f"<li>{linked(line)}</li>" for line in lines)
        yield f"<h3>{heading}</h3><ul>{items}</ul>" if items else ""
    facts = {"funding": "Funding and sponsors", "interests": "Competing interests", "ai_use": "Help by AI tools"}
    rows = "".join(
        f"<div><dt>{words}</dt><dd>{linked(_line(fields, name))}</dd></div>"
        for name, words in facts.items() if _line(fields, name)
    )  # fmt: skip
    yield f'<dl class="facts">{rows}</dl>' if rows else ""


def _told(fields: Fields, name: str, heading: str) -> Iterator[str]:
    drawn = _text(fields, name)
    if drawn:
        yield f"<h3>{heading}</h3>{drawn}"


def _list(fields: Fields, name: str, tag: str, named: str = "") -> str:
    items = "".join(f"<li>{linked(line)}</li>" for line in _lines(fields, name))
    kind = f' class="{named}"' if named else ""
    return f"<{tag}{kind}>{items}</{tag}>" if items else ""


def _text(fields: Fields, name: str) -> str:
    return rendering.html(str(fields.get(name) or ""), top=3).strip()


def _line(fields: Fields, name: str) -> str:
    return " ".join(str(fields.get(name) or "").split())


def _lines(fields: Fields, name: str) -> list[str]:
    told = fields.get(name) or []
    return [" ".join(str(line).split()) for line in told if str(line).strip()]
