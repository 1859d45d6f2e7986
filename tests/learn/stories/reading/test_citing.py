"""Citations: each style by its own rules, and no text that breaks out of its field."""

import json
import re
from dataclasses import replace
from datetime import date

import pytest

from learn.stories.reading import citing
from learn.stories.reading.citing import Cited
from tests.stories import make_story

CITED = Cited(
    "FRL-2026-0137", 2, "From 94 days to 31", "We drew every step.", ("Amina Yusuf", "Samuel James Boateng", "The Frontline project"), "Frontline",
    "https://frontline.example/s/FRL-2026-0137", date(2026, 11, 14), date(2026, 11, 27), ("set-up",),
)  # fmt: skip
NASTY = replace(
    CITED,
    title='100% {of} R&D_cost $5 #1 ~ ^ \\write18{x} "q"',
    authors=("O'Neil {Ann}", "A & B team of many words"),
    tags=("a, b",),
)


def test_vancouver_names_version_and_both_days():
    assert citing.vancouver(CITED) == (
        "Yusuf A, Boateng SJ, The Frontline project. From 94 days to 31 [Internet]. Frontline; 2026 Nov 14 [cited 2026 Nov 27]. "
        "FRL-2026-0137, version 2. Available from: https://frontline.example/s/FRL-2026-0137"
    )


def test_harvard_has_a_year_and_a_day_of_access():
    assert citing.harvard(CITED) == (
        "Yusuf, A., Boateng, S. J. and The Frontline project (2026) From 94 days to 31. Frontline, FRL-2026-0137, version 2. "
        "Available at: https://frontline.example/s/FRL-2026-0137 (Accessed: 27 November 2026)."
    )


def test_more_than_six_authors_are_cut_in_vancouver_alone():
    many = replace(CITED, authors=tuple(f"Person {letter}" for letter in "ABCDEFGH"))
    assert citing.vancouver(many).startswith("A P, B P, C P, D P, E P, F P, et al. ")
    assert "H, P." in citing.harvard(many)


def test_names_that_are_withheld_are_said_to_be():
    nobody = replace(CITED, authors=())
    assert citing.vancouver(nobody).startswith("Authors' names withheld. ")
    assert json.loads(citing.csl(nobody))[0].get("author") is None
    assert "AU  - " not in citing.ris(nobody)


def test_bibtex_escapes_what_tex_would_run_and_keeps_its_braces_in_pairs():
    drawn = citing.bibtex(NASTY)
    title = re.search(r"title = \{\{(.*)\}\},", drawn)[1]
    assert (
        title
        == r'100\% \{of\} R\&D\_cost \$5 \#1 \textasciitilde{} \textasciicircum{} \textbackslash{}write18\{x\} "q"'
    )
    bare = re.sub(r"\\[{}]", "", drawn)
    assert bare.count("{") == bare.count("}")
    assert r"author = {{A \& B team of many words}}" in citing.bibtex(replace(NASTY, authors=NASTY.authors[1:]))
    assert drawn.startswith("@misc{FRL-2026-0137,\n")


def test_bibtex_names_first_and_last_name_apart_and_a_team_as_one():
    assert "author = {{Yusuf}, Amina and {Boateng}, Samuel James and {The Frontline project}}," in citing.bibtex(CITED)


def test_ris_has_one_field_a_line_and_ends_as_it_has_to():
    drawn = citing.ris(replace(CITED, title="One\r\nER  - \r\nTY  - JOUR", summary="a\u2028b\x85c"))
    lines = drawn.split("\r\n")
    assert lines[0] == "TY  - BLOG"
    assert lines[-2:] == ["ER  - ", ""]
    assert all(re.match(r"^[A-Z][A-Z0-9]  - ", line) for line in lines[:-1])
    assert len([line for line in lines if line.startswith("ER")]) == 1
    assert "TI  - One ER - TY - JOUR" in lines
    assert lines[1:4] == ["AU  - Yusuf, Amina", "AU  - Boateng, Samuel James", "AU  - The Frontline project"]


def test_csl_is_json_with_dates_in_parts():
    (item,) = json.loads(citing.csl(NASTY))
    assert item["title"] == NASTY.title
    assert item["issued"] == {"date-parts": [[2026, 11, 14]]}
    assert json.loads(citing.csl(CITED))[0]["author"][0] == {"family": "Yusuf", "given": "Amina"}


@pytest.mark.parametrize(("kind", "ending", "media_type"), [
    ("bibtex", "bib", "application/x-bibtex"), ("ris", "ris", "application/x-research-info-systems"),
    ("csl-json", "json", "application/vnd.citationstyles.csl+json"), ("vancouver", "txt", "text/plain"), ("harvard", "txt", "text/plain"),
])  # fmt: skip
def test_each_is_a_file_to_download(session, client, kind, ending, media_type):
    made = make_story(session, is_public=True)
    session.commit()
    answer = client.get(f"{made.path}/cite/{kind}")
    assert answer.mimetype == media_type
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{made.reference}.{ending}"'
    assert made.path in answer.text


def test_a_story_for_members_is_cited_by_members_alone(session, client):
    made = make_story(session)
    session.commit()
    client.get(f"{made.path}/cite/ris", 303)
