"""What people type, as readers get it: nothing in it runs, loads or tracks."""

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from learn import identifiers
from learn.discussion import rendering
from tests.learn.identifiers import making

ATTACKS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe src='https://evil.example'></iframe>",
    "<style>body{display:none}</style>",
    "<link rel=stylesheet href=//evil.example>",
    "<base href='https://evil.example/'>",
    "<form action=/sign-out method=post><button>x</button></form>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#x73;cript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](\tjavascript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](file:///etc/passwd)",
    "[x](//evil.example)",
    "[x](/\\evil.example)",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    "![x](https://evil.example/pixel.gif)",
    "![x](data:image/svg+xml,<svg onload=alert(1)>)",
    "[![x](https://evil.example/pixel.gif)](javascript:alert(1))",
    "[x](https://ok.example 'onmouseover=alert(1)')",
    '[x](https://ok.example/"onmouseover="alert(1))',
    "`<img src=x onerror=alert(1)>`",
    "```html onload=alert(1)\n<script>alert(1)</script>\n```",
    "    <script>alert(1)</script>",
    "<!--><script>alert(1)</script>-->",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "https://ok.example/\"><script>alert(1)</script>",
    "https://ok.example/'onmouseover='alert(1)",
    "doi 10.1000/abc\"onmouseover=\"alert(1)",
    "| <script> |\n|---|\n| <img src=x onerror=alert(1)> |",
    "# <script>alert(1)</script>",
    "> <iframe>",
    "<details open ontoggle=alert(1)>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "\u202etpircs\u202c",
    "[x](https://ok.example)<span class=admin style=position:fixed>",
]  # fmt: skip
TAGS = {
    "p", "br", "hr", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "em", "strong", "s", "a", "span", "table", "thead",
    "tbody", "tr", "th", "td",
}  # fmt: skip


@pytest.mark.parametrize("typed", ATTACKS)
def test_nothing_runs_loads_or_leads_where_it_does_not_say(typed):
    drawn = BeautifulSoup(rendering.html(rendering.tidy(typed)), "html.parser")
    for tag in drawn.find_all(True):
        assert tag.name in TAGS
        assert set(tag.attrs) <= {"href", "rel", "target", "start", "class"}
        assert tag.get("class") in (None, [rendering.HIDDEN])
        assert tag.get("href", "/").startswith(("https://", "http://", "mailto:", "/"))
        assert not tag.get("href", "/").startswith(("//", "/\\"))
        assert tag.name != "a" or tag["rel"] == rendering.REL.split()


def test_a_picture_leaves_its_description():
    assert rendering.html("See ![the poster](https://evil.example/p.gif) here") == "<p>See the poster here</p>"


def test_names_of_studies_and_addresses_become_links():
    drawn = BeautifulSoup(
        rendering.html("As in ISRCTN12345678, doi 10.1000/a_b_c and https://example.org/a_b."), "html.parser"
    )
    assert [a["href"] for a in drawn.select("a")] == [
        "https://www.isrctn.com/ISRCTN12345678", "https://doi.org/10.1000/a_b_c", "https://example.org/a_b",
    ]  # fmt: skip
    assert all(a["target"] == "_blank" and "(opens in a new tab)" in a.text for a in drawn.select("a"))


def test_a_name_in_code_or_in_a_link_is_left_alone():
    drawn = rendering.html("`NCT01234567` and [NCT01234567](/stories)")
    assert drawn.count("<a ") == 1
    assert 'href="/stories"' in drawn
    assert "_blank" not in drawn


def test_headings_follow_each_other_below_the_name_of_the_writer():
    drawn = BeautifulSoup(rendering.html("# One\n\n### Three\n\n# One again"), "html.parser")
    assert [tag.name for tag in drawn.find_all(["h4", "h5"])] == ["h4", "h5", "h4"]
    assert rendering.html("# One", top=3) == "<h3>One</h3>"


def test_the_words_alone_are_given_for_the_search():
    drawn = rendering.html("We **asked** [them](https://example.org).\n\n- one\n- two & three")
    assert rendering.text(drawn) == "We asked them. one two & three"


def test_an_excerpt_ends_with_a_whole_word():
    assert rendering.excerpt("<p>one two three four</p>", 9) == "one two\u2026"


def test_what_is_kept_has_no_signs_that_cannot_be_seen():
    assert rendering.tidy("a\x00b\r\nc\u202ed\u2066e\r") == "ab\ncde"


AROUND = ["{}", "**{}**", "*{}*", " _{}_ ", "~~{}~~", "`{}`", "``{}``", "[{}](https://a.example/1_2)", '[{}](/topics/1 "A (title)")', "![{}](a.png)",
    "[{}](<https://a.example/(b>)", "[**{}**](https://a.example)", "[![{}](a.png)](https://a.example)", "[{}][1]", r"\({}\)",
]  # fmt: skip


@settings(max_examples=300)
@given(
    number=making.test_numbers, ends=st.sampled_from([(3, 6), (1, 3), (4, 9), (2, 9)]), gap=st.sampled_from(["", " ", "-", r"\-", "\n"]),
    around=st.lists(st.sampled_from(AROUND), min_size=3, max_size=3),
)  # fmt: skip
def test_what_would_be_held_as_readers_see_it_is_held_as_it_was_typed(number, ends, gap, around):
    groups = number[: ends[0]], number[ends[0] : ends[1]], number[ends[1] :]
    typed = gap.join(form.format(group) for form, group in zip(around, groups, strict=True))
    typed = f"She is {typed} there\n\n[1]: https://a.example/ref"
    seen = rendering.text(rendering.html(typed))
    assert identifiers.holds(identifiers.find(typed)) >= identifiers.holds(identifiers.find(seen)), (typed, seen)
