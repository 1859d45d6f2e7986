"""What an author has becomes a module: an H5P, a PDF, a video with captions, banks of questions; and a learner finishes each."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.journeys import as_author
from tests.journeys.as_author import LONG, click, look, report, upload
from tests.journeys.conftest import Demo
from tests.packages import banks, h5p, media

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def author(demo, browser):
    page = as_author.somebody(demo, browser, "formats.author@nhs.example", "author")
    yield page
    page.context.close()


@pytest.fixture(scope="module")
def learner(demo, browser):
    page = as_author.somebody(demo, browser, "formats.learner@nhs.example")
    yield page
    page.context.close()


def publish(page: Page) -> str:
    """From the report of a draft to its publication; the slug of the module."""
    link = page.get_by_role("link", name="Publish, or change its outline")
    if link.count():
        click(page, "Publish, or change its outline", "link")
    click(page, re.compile("^Publish version"))
    expect(page.locator(".state-tag").first).to_have_text(re.compile("[Ll]earners get this|Published|Current"))
    return urlsplit(page.url).path.split("/")[3]


def start(demo: Demo, page: Page, slug: str) -> None:
    """Begin a module as a learner."""
    page.goto(f"{demo.site}/modules/{slug}")
    click(page, "Start module")


def player(page: Page) -> FrameLocator:
    """The frame of the content's own origin."""
    return page.frame_locator(".play iframe")


def told(page: Page):
    return page.locator("#told")


def test_an_h5p_keeps_what_was_done_and_its_score_completes_it(demo, author, learner, picture, tmp_path):
    upload(demo, author, h5p.question(tmp_path / "consent.h5p"))
    report(author)
    look(author, picture, "110-h5p-report")
    slug = publish(author)
    start(demo, learner, slug)
    question = player(learner).frame_locator("iframe")  # H5P makes a frame of its own in the player
    with learner.expect_response("**/commit"):
        question.get_by_role("button", name="Answer right").click()
    expect(question.get_by_test_id("answers")).to_have_text("Right answers: 1 of 1")
    look(learner, picture, "111-h5p-in-play")
    learner.reload()
    expect(question.get_by_test_id("answers")).to_have_text("Right answers: 1 of 1", timeout=LONG)
    question.get_by_role("button", name="Answer right").click()
    question.get_by_role("button", name="Finish").click()
    expect(told(learner)).to_have_text("Passed, score 100%", timeout=LONG)
    learner.reload()
    expect(learner.locator("#tries")).to_contain_text("100%")
    look(learner, picture, "112-h5p-completed")


def test_a_pdf_goes_on_at_its_page_and_is_complete_when_its_pages_were_seen(demo, author, learner, picture, tmp_path):
    upload(demo, author, media.pdf(tmp_path / "paper.pdf", 3, title="Consent, on paper"))
    report(author)
    slug = publish(author)
    start(demo, learner, slug)
    paper = player(learner)
    expect(paper.get_by_text("Page 1. Ask first.")).to_be_visible()
    with learner.expect_request(lambda asked: asked.url.endswith("/seen") and '"pages":[2' in (asked.post_data or "")):
        with learner.expect_request(
            lambda asked: asked.url.endswith("/seen") and '"pages":[1' in (asked.post_data or "")
        ):
            expect(paper.get_by_text("Page 1 of 3")).to_be_attached()
        paper.get_by_role("button", name="Next page").click()
    expect(paper.get_by_text("Page 2. Ask first.")).to_be_visible()
    look(learner, picture, "113-pdf-in-play")
    learner.reload()
    expect(paper.get_by_text("Page 2. Ask first.")).to_be_in_viewport()
    paper.get_by_role("button", name="Next page").click()
    expect(paper.get_by_text("Page 3. Ask first.")).to_be_visible()
    expect(told(learner)).to_contain_text("ompleted", timeout=LONG)
    look(learner, picture, "114-pdf-completed", (885,))


def test_a_video_comes_with_its_captions_and_transcript_and_is_complete_when_it_was_watched(
    demo, author, learner, picture, tmp_path
):
    transcript = tmp_path / "ask.txt"
    transcript.write_text("Ask first.\n\nThen listen.\n\nThen write it down.\n")
    upload(demo, author, media.webm(tmp_path / "ask.webm", 4), media.captions(tmp_path / "ask.vtt"), transcript)
    report(author)
    look(author, picture, "115-video-report")
    slug = publish(author)
    start(demo, learner, slug)
    film = learner.locator("video")
    cues = "each => { each.textTracks[0].mode = 'hidden'; return each.textTracks[0].cues ? each.textTracks[0].cues.length : 0; }"
    learner.wait_for_function("() => { const t = document.querySelector('video').textTracks[0]; return t.cues && t.cues.length === 3; }")  # fmt: skip
    assert film.evaluate(cues) == 3
    learner.get_by_text("Read the transcript", exact=True).click()
    expect(learner.get_by_text("Then write it down.")).to_be_visible()
    look(learner, picture, "116-video")
    film.evaluate("each => { each.muted = true; return each.play(); }")
    expect(learner.locator("#watched")).to_contain_text("This unit is completed.")
    learner.reload()
    expect(learner.locator("#watched")).to_have_text("You have completed this unit")
    expect(learner.get_by_role("link", name="Back to the module")).to_be_visible()
    look(learner, picture, "117-video-completed", (885,))


def test_a_video_without_captions_is_refused_with_what_is_missing(demo, author, picture, tmp_path):
    upload(demo, author, media.webm(tmp_path / "silent.webm", 3))
    report(author, "refused")
    expect(author.locator(".problems").first).to_contain_text("captions")
    look(author, picture, "118-video-without-captions", (885, 390))


def answer_the_bank(page: Page, *, rightly: bool) -> None:
    """Answer every question of the GIFT bank, by its words."""
    for name in ("Any trained member of the team", "True") if rightly else ("Only the chief investigator", "False"):
        page.get_by_label(name, exact=True).check()
    page.get_by_label("The delegation log", exact=True).check()
    if rightly:
        page.get_by_label("The protocol", exact=True).check()
    page.get_by_label("GCP means good clinical").fill("practice" if rightly else "luck")
    page.get_by_label("How many of 20 people are a quarter?").fill("5" if rightly else "6")
    page.get_by_label("Which share of people said yes, in per cent?").fill("61" if rightly else "7")
    meant = {
        "Protocol": "how the study is done",
        "Information sheet": "what a person is told",
        "Consent form": "what a person signs",
    }
    for left, right in meant.items():
        page.get_by_label(left, exact=True).select_option(label=right if rightly else meant["Protocol"])
    page.get_by_label("What will you change?").fill("I will ask first.")


def test_a_gift_bank_becomes_a_quiz_that_is_failed_and_then_passed(demo, author, learner, picture, tmp_path):
    bank = tmp_path / "consent.gift"
    bank.write_text(banks.GIFT)
    upload(demo, author, bank)
    report(author)
    look(author, picture, "120-bank-report")
    slug = publish(author)
    start(demo, learner, slug)
    look(learner, picture, "121-quiz-of-all-kinds")
    answer_the_bank(learner, rightly=False)
    click(learner, "Check my answers")
    expect(learner.locator("#outcome-title")).to_have_text("Not passed yet")
    look(learner, picture, "122-quiz-failed")
    click(learner, re.compile("[Tt]ry"), "link")
    answer_the_bank(learner, rightly=True)
    click(learner, "Check my answers")
    expect(learner.locator("#outcome-title")).to_have_text("You passed")
    look(learner, picture, "123-quiz-passed")


def test_a_moodle_bank_says_question_by_question_what_was_not_imported(demo, author, picture, tmp_path):
    bank = tmp_path / "bank.xml"
    bank.write_bytes(banks.moodle(*banks.ALL, banks.question("calculated", "Sum", "<p>What is {a} + {b}?</p>")))
    upload(demo, author, bank)
    report(author)
    expect(author.locator(".problems.is-warning")).to_contain_text("Sum")
    look(author, picture, "124-moodle-report", (885, 390))
