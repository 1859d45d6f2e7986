"""A story drawn as HTML: the template's sections, measures as bars and a table, nothing that runs."""

import re
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup

from learn.stories.fields import FIELDS, TABLE, TEXT, empty
from learn.stories.models import FileKind
from learn.stories.reading import drawing, measuring
from tests.stories import told

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '"><iframe src="//evil.example"></iframe>',
    "[x](javascript:alert(1))",
    "[x](  JaVaScRiPt&colon;alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "![x](https://evil.example/track.gif)",
    "![x](javascript:alert(1))",
    "<a href='javascript:alert(1)'>x</a>",
    "<style>*{display:none}</style>",
    "<form action=//evil.example><input name=csrf_token></form>",
    "<object data=x></object><embed src=x><base href=//evil.example>",
    "<p style='position:fixed'>x</p>",
    "<https://evil.example/\"onmouseover='alert(1)'>",
    "http://evil.example/<script>",
    "' onmouseover='alert(1)",
    '" autofocus onfocus="alert(1)',
    "</p></section></article></main><h1>Mine</h1>",
    "# A heading of level one",
    "<details open ontoggle=alert(1)>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "```\n<script>alert(1)</script>\n```",
    "10.1000/<img src=x onerror=alert(1)>",
    'ISRCTN12345674"><script>alert(1)</script>',
    "\u202egnp.exe",
]
TAGS = {
    "p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "em", "strong", "s", "a", "span", "table",
    "caption", "thead", "tbody", "tr", "th", "td", "section", "figure", "figcaption", "img", "svg", "rect", "text", "tspan", "dl", "dt", "dd", "div",
}  # fmt: skip
PLAIN = {
    "class", "href", "rel", "target", "scope", "role", "aria-label", "aria-hidden", "focusable", "tabindex", "width", "height", "x", "y", "dx",
    "rx", "src", "alt", "loading", "start",
}  # fmt: skip


def attacked(attack: str) -> dict:
    """Every field with the attack in it."""
    fields = empty()
    for name, field in FIELDS.items():
        if field.kind == TABLE:
            fields[name] = [
                {
                    "measure": attack,
                    "before": attack,
                    "after": "5",
                    "unit": attack,
                    "period": attack,
                    "source": attack,
                    "name": attack,
                    "role": attack,
                }
            ]
        elif isinstance(fields[name], list):
            fields[name] = [attack, attack]
        elif not isinstance(fields[name], bool):
            fields[name] = attack
    return fields


def file(**more) -> SimpleNamespace:
    row = {
        "id": 7,
        "kind": FileKind.PICTURE,
        "name": "hall.webp",
        "alt": "A hall",
        "caption": "",
        "width": 8,
        "height": 4,
        "licence": "own",
        "size": 1,
    }
    return SimpleNamespace(**{**row, **more})


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_that_was_typed_runs_loads_or_leaves_its_place(attack):
    files = [
        file(alt=attack, caption=attack, name=attack),
        file(kind=FileKind.FILE, caption=attack, name=attack, licence=attack),
    ]
    drawn = drawing.draw(attacked(attack), files)
    page = BeautifulSoup(drawn, "html.parser")
    assert {tag.name for tag in page.find_all()} <= TAGS
    assert {name for tag in page.find_all() for name in tag.attrs} <= PLAIN
    for tag in page.select("[href], [src]"):
        address = tag.get("href") or tag.get("src")
        assert re.match(r"https?://|mailto:|/s/files/7/", address), address
    assert all(image["src"].startswith("/s/files/7/") for image in page.select("img"))


@pytest.mark.parametrize("attack", ATTACKS)
def test_tags_of_what_was_typed_close_where_they_opened(attack):
    drawn = drawing.draw(attacked(attack), [])
    for tag in ("section", "div", "figure", "table", "ol", "ul"):
        assert len(re.findall(rf"<{tag}[ >]", drawn)) == drawn.count(f"</{tag}>"), tag


def test_what_was_not_told_leaves_no_heading_behind():
    assert drawing.draw(empty(), []) == ""
    assert drawing.draw({}, []) == ""
    drawn = drawing.draw({**empty(), "problem": "It took long."}, [])
    assert drawn == "<section><h2>The problem</h2><p>It took long.</p></section>"


def test_headings_in_a_text_stand_below_those_of_the_page():
    page = BeautifulSoup(drawing.draw(told(problem="# Big\n\n### Small"), []), "html.parser")
    section = page.select_one("section")
    assert [tag.name for tag in section.find_all(re.compile("^h[1-6]$"))] == ["h2", "h3", "h4"]


def test_the_first_picture_stands_at_the_top_and_the_others_after_the_steps():
    pictures = [file(), file(id=8, alt="A chair")]
    page = BeautifulSoup(drawing.draw(told(), pictures), "html.parser")
    first, second = page.select("img")
    assert first.find_parent("figure")["class"] == ["story-picture"]
    assert (first["width"], first["height"]) == ("8", "4")
    assert second.find_parent("div").find_previous_sibling("section").h2.get_text() == "What we did"


def test_studies_and_papers_become_links():
    page = BeautifulSoup(drawing.draw(told(), []), "html.parser")
    found = {link["href"] for link in page.select("a")}
    assert {"https://www.isrctn.com/ISRCTN12345674", "https://doi.org/10.1000/xyz123"} <= found
    assert all("noopener" in link["rel"] and "ugc" in link["rel"] for link in page.select("a"))


def test_measures_are_bars_as_wide_as_their_share_with_the_same_in_a_table():
    page = BeautifulSoup(measuring.draw(told()["measures"]), "html.parser")
    widths = [float(bar["width"].rstrip("%")) for bar in page.select("rect")]
    assert widths == [58.0, pytest.approx(58 * 31 / 94, abs=0.01)]
    assert page.select_one("svg")["aria-hidden"] == "true"
    assert [cell.get_text() for cell in page.select("tbody th, tbody td")] == [
        "Days to the first person (days)",
        "94",
        "31",
        "2026",
        "Our log",
    ]
    assert page.select_one("caption")


@pytest.mark.parametrize(
    ("before", "after", "bars"),
    [
        ("71%", "89%", 2),
        ("£1,200", "900.50", 2),
        ("0", "0", 0),
        ("low", "high", 0),
        ("12", "", 0),
        ("-3", "4", 0),
        ("1e9", "4", 0),
    ],
)
def test_only_what_is_a_number_has_a_bar(before, after, bars):
    page = BeautifulSoup(measuring.draw([{"measure": "M", "before": before, "after": after}]), "html.parser")
    assert len(page.select("rect")) == bars
    assert page.select_one("tbody td").get_text() == before
    if not after:
        assert "not given" in page.get_text()


def test_columns_that_nobody_filled_are_left_out_of_the_table():
    page = BeautifulSoup(measuring.draw([{"measure": "M", "before": "1", "after": "2"}]), "html.parser")
    assert [cell.get_text() for cell in page.select("thead th")] == ["Measure", "Before", "After"]


@pytest.mark.parametrize(
    ("count", "words"), [(1, "1 byte"), (999, "999 bytes"), (240_000, "240 kB"), (1_240_000, "1.2 MB")]
)
def test_sizes_are_said_in_words(count, words):
    assert drawing.size(count) == words


def test_every_text_of_the_template_is_drawn_somewhere():
    fields = empty()
    told_by = {name: f"Word{number}" for number, (name, field) in enumerate(FIELDS.items()) if field.kind == TEXT}
    drawn = drawing.draw({**fields, **told_by}, [])
    assert all(word in drawn for word in told_by.values())
