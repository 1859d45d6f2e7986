"""The eight points, and what is counted about each."""

from types import SimpleNamespace

from learn.stories.models import FileKind
from learn.stories.review import checklist, listed
from tests.learn.stories.review.making import filled

EASY = "We met each week. We made a list. It was short. We did what was on it. Then we met again and made a new list. It took us a month."
HARD = (
    "Multidisciplinary implementation methodology necessitated comprehensive organisational transformation, notwithstanding considerable "
    "infrastructural limitations encountered throughout operationalisation of interdepartmental recruitment pathways across geographically "
    "distributed secondary-care facilities participating in observational investigations."
)


def facts(fields, files=(), declared=()):
    return {point.key: point.fact for point in checklist.points(fields, files, declared)}


def test_there_are_eight_points_and_three_for_a_small_correction():
    assert list(facts(filled())) == list(checklist.CHECKS)
    assert list(facts(filled(is_small=True))) == ["plain", "anonymity", "declarations"]


def test_a_plain_text_reads_younger_than_a_hard_one_and_a_short_one_is_not_judged():
    assert checklist.reading_age(EASY) <= 9
    assert checklist.reading_age(HARD * 2) >= 18
    assert checklist.reading_age("Too short to say.") is None


def test_what_can_be_counted_is_said():
    picture = SimpleNamespace(kind=FileKind.PICTURE, alt="A board", shows_people=True)
    bare = SimpleNamespace(kind=FileKind.PICTURE, alt=" ", shows_people=False)
    found = facts(
        filled(quote="Good.", quote_permission=True, studies=["ISRCTN12345674"]), [picture, bare], {"organisation"}
    )
    assert found["learning"] == "2 steps and 3 tips."
    assert found["evidence"] == "1 measure."
    assert found["alt"] == "1 of 2 pictures described."
    assert found["permissions"] == "There is a quote with permission. People can be recognised in 1 picture."
    assert found["links"] == "1 study, 0 references and 0 links."
    assert found["declarations"] == "1 declaration made."
    assert "found nothing" in found["anonymity"]


def test_what_was_masked_and_what_to_look_at_is_counted():
    fields = filled(
        problem="About [NHS number removed].", changed="She is the only patient on the island with it, aged 103."
    )
    assert facts(fields)["anonymity"].startswith("1 passage masked, ")


def test_names_are_one_line_that_fits_and_none_where_they_are_withheld():
    people = [{"name": f"Person Number {n}", "role": "research nurse", "orcid": ""} for n in range(12)]
    line = listed.byline(filled(authors=people))
    assert len(line) <= 255 and line.endswith(" more")
    assert (
        listed.byline(filled(authors=people[:2]))
        == "Person Number 0, research nurse and Person Number 1, research nurse"
    )
    assert listed.byline(filled(authors=people, name_withheld=True)) == ""


def test_tags_are_small_and_each_once():
    assert listed.tags(filled(tags=["Set-Up", " set-up ", "", "Wound   care"])) == ["set-up", "wound care"]
