"""A number is found as readers will see it, however links, emphasis and code stand between its digits in the source."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learn import identifiers
from tests.learn.identifiers import making

SPLIT = {
    "a link on the middle": "{a} [{b}](https://example.org) {c}",
    "a link on the beginning": "[{a} {b}](http://a.example) {c}",
    "a link on the end": "{a} {b} [{c}](/topics/1#post-2)",
    "a link inside a group": "{a}{b[0]}[{b[1]}{b[2]}](http://a.example){c}",
    "a link on each group": "[{a}](http://a.example/1) [{b}](http://a.example/22) [{c}](http://a.example/333)",
    "a link with a title": '{a} [{b}](http://a.example "The title (of a page)") {c}',
    "a link with brackets in its address": "[{a}](https://en.example/wiki/a_(b)_c) {b} {c}",
    "a link with spaces in its address": "{a} [{b}](<https://example.org/a b>) {c}",
    "a long address": "{a} [{b}](https://share.example/%s) {c}" % ("sites/" * 60),
    "a link without words": "{a} {b} [](http://a.example) {c}",
    "a link to a mail": "{a} [{b}](mailto:team@example.org) {c}",
    "a link with bold words": "{a} [**{b}**](http://a.example) {c}",
    "a bold link": "{a} **[{b}](http://a.example)** {c}",
    "a picture": "{a} ![{b}](a.png) {c}",
    "a picture in a link": "[![{a}](a.png)](http://a.example) {b} {c}",
    "a reference": "[{a} {b}][1] {c}\n\n[1]: http://a.example",
    "references": "[{a}][a] [{b}][b]\n[{c}][c]",
    "bold": "{a} **{b}** {c}",
    "italics": "{a} *{b}* _{c}_",
    "underscores": "{a}_{b}_{c}",
    "bold inside a group": "{a}{b}{c[0]}**{c[1]}{c[2]}**{c[3]}",
    "tags inside a group": "{a}{b[0]}{b[1]}<b>{b[2]}{c[0]}</b>{c[1]}{c[2]}{c[3]}",
    "struck out inside a group": "{a}{b}~~{c[0]}{c[1]}~~{c[2]}{c[3]}",
    "code": "`{a} {b}` {c}",
    "code in the middle": "{a} ``{b}`` {c}",
    "a block of code": "```\n{a} {b} {c}\n```",
    "escapes": r"{a}\-{b}\-{c}",
    "brackets that are escaped": r"\({a}\) {b} {c}",
    "line ends that are escaped": "{a} {b}\\\n{c}",
    "cells of a table": "| who | {a} | {b} | {c} |",
    "cells of a table with bars alone": "|{a}|{b}|{c}|",
    "bold cells": "| **{a}** | **{b}** | **{c}** |",
    "headings": "## {a} *{b}* {c}",
}  # fmt: skip
UNSEEN = {
    "the title of a link": '[this page](https://example.org "{a} {b} {c}")',
    "a title in other quotes": "[this page](https://example.org '{a} {b} {c}')",
    "a title in brackets": "[this page](https://example.org ({a} {b} {c}))",
    "the title of a reference": '[this page][1]\n\n[1]: https://example.org "{a} {b} {c}"',
    "the words of a link": "[{a} {b} {c}](https://example.org)",
    "the name of a reference": "[these words][{a} {b} {c}]",
    "the description of a picture": "![{a} {b} {c}](a.png)",
    "the title of a picture": '![A form](a.png "{a}{b}{c}")',
    "the address of a patient's record": "[this page](https://records.example/patient/{a}{b}{c})",
}


def filled(form: str, number: str) -> str:
    return form.format(a=number[:3], b=number[3:6], c=number[6:])


@pytest.mark.parametrize("form", [*SPLIT.values(), *UNSEEN.values()], ids=[*SPLIT, *UNSEEN])
@settings(max_examples=20)
@given(number=making.test_numbers, before=st.sampled_from(["", "She is ", "NHS ", "**NHS:** ", "* "]))
def test_a_number_is_held_and_hidden_in_markdown(form, number, before):
    text = before + filled(form, number)
    found = identifiers.find(text)
    assert [(f.kind, f.response) for f in found] == [("nhs_number", "hold")], text
    masked = identifiers.masked(text, found)
    assert not identifiers.find(masked)
    assert masked.startswith(before) and number[6:] not in masked


@given(number=making.test_numbers, other=making.test_numbers)
def test_of_two_numbers_side_by_side_both_are_hidden(number, other):
    text = f"[{number[:3]}](http://a.example){number[3:]}, **{other[:3]}**{other[3:]}"
    found = identifiers.find(text)
    assert [f.response for f in found] == ["hold", "hold"]
    assert not any(c.isdigit() for c in identifiers.masked(text, found))


@pytest.mark.parametrize(
    "text, kind",
    [
        ("DOB [12](http://a.example)/03/1950", "date_of_birth"),
        ("DOB 12/**03**/1950", "date_of_birth"),
        ("born 12 *March* 1950", "date_of_birth"),
        (r"born 12\-03\-1950", "date_of_birth"),
        ("[07700](http://a.example) 900123", "phone"),
        ("07700 `900` 123", "phone"),
        ("MRN **K12**3456", "hospital_number"),
        ("lives in SW1A [1AA](http://a.example)", "postcode"),
        ("lives in SW1A **1AA**", "postcode"),
        ("QQ **12** 34 56 C", "national_insurance"),
        ("a woman aged **94**", "rare_case"),
    ],
)
def test_what_is_asked_about_is_found_in_markdown_too(text, kind):
    assert [(f.kind, f.response) for f in identifiers.find(text)] == [(kind, "nudge")]


QUIET = [
    "1. **12** of 240\n2. **171** of 260\n3. *14* colleagues\n4. `30` minutes",
    "* 999\n* 12\n* 0018",
    "| Site | Asked | Joined |\n|---|---:|---:|\n| Leeds | **120** | 4567 |\n| York | **98** | 1234 |",
    "| 2021 | 2022 | 2023 |\n|---|---|---|\n| 1,200 | 3,400 | 5,600 |",
    "| [120](/a) | [4567](/b) | [321](/c) |",
    "- [ ] 12 forms\n- [x] 240 letters\n- [x] 1500 texts",
    "See [1](#a), [2](#b), [3](#c) and [12](#d).",
    "See [1][2][3] and [12][13], 2019.",
    "2 * 3 * 4 = 24, 5*6*7 = 210, a_1_b_2 and x[1][2] of 10",
    "[The page](https://wiki.example/pages/9990000018)",
    "[https://wiki.example/pages/9990000018](https://wiki.example/pages/9990000018)",
    "**https://wiki.example/pages/9990000018**",
    "[**Zoom** meeting ID: 999 **000** 0018](https://zoom.example/j/9990000018)",
    "**ISBN** 999 *000* 0018",
    "Tel: [999 **000** 0018](tel:9990000018)",
    "[ISRCTN12345678](https://www.isrctn.com/ISRCTN12345678), **12** sites",
    "**ISRCTN**12345678, *NCT*01234567, IRAS **301234**, CPMS `45678`",
    "[2023-512345-12-00](https://euclinicaltrials.eu/ctis-public/view/2023-512345-12-00) and *2015-123456-12*",
    "[10.1016/j.cell.2020.9990000018](https://doi.org/10.1016/j.cell.2020.9990000018)",
    "**10.1186/9990000018**, doi:_10.1016/9990000018_ and `10.1136/bmj.9990000018`",
    "[0000-0002-1825-0097](https://orcid.org/0000-0002-1825-0097) **0000-0002-1825-0097**",
    "REC **21/LO/0123**, PMID [12345678](https://pubmed.ncbi.nlm.nih.gov/12345678/)",
    "`sha256:9f9990000018aa` and **9f9990000018ab**",
    "5 \\* 10, 12\\.5 and \\[14\\]",
]  # fmt: skip


@pytest.mark.parametrize("text", QUIET)
def test_ordinary_markdown_raises_nothing(text):
    assert identifiers.find(text) == []


PARTS = st.lists(
    st.sampled_from(["999", "000", "0018", "9", "9990000018", "DOB ", "12/03/1950", "NHS "])
    | st.sampled_from(
        ["[", "]", "](", "](http://a.example/1)", '](a (b) "c")', "][1]", "![", "(", ")", "<", ">", "<b>"]
    )
    | st.sampled_from(["*", "**", "_", "`", "~~", "\\", "-", " ", "\n", "|", "\x00", "\u200b", "\u0661"]),
    max_size=16,
).map("".join)


@settings(max_examples=300)
@given(text=PARTS)
def test_findings_are_apart_and_a_masked_text_holds_nothing_in_the_end_whatever_marks_it_has(text):
    while found := identifiers.find(text):
        assert all(f.offset >= 0 and f.length > 0 and f.end <= len(text) for f in found)
        assert all(before.end <= after.offset for before, after in pairwise(found))
        shorter = identifiers.masked(text, found)
        assert sum(c.isdigit() for c in shorter) < sum(c.isdigit() for c in text)
        text = shorter
