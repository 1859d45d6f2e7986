"""Success Stories end to end, each road with JavaScript and without: written with a break, held, masked, sent, sent back, published,
found, talked about, tried elsewhere, reported, hidden and put back."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.as_author import click, look, somebody
from tests.journeys.conftest import Demo

pytestmark = pytest.mark.browser
NUMBER = "999 000 0018"
"Of the test range, with its check digit."
TITLE = "From 94 days to 31: how we shortened set-up"
TEXTS = {
    "title": TITLE, "summary": "One checklist, and studies open two months earlier.", "organisation": "Example Hospital",
    "started-month": "3", "started-year": "2025", "authors-0-name": "Sam Reed", "authors-0-role": "Research nurse",
    "steps-0": "We wrote a checklist.", "steps-1": "We used it for every study.", "did_not_work": "The first list was too long.",
    "changed": "Set-up took 31 days.", "differently": "Begin with pharmacy.", "tips-0": "Keep it to one page.",
    "tips-1": "Name one person.", "tips-2": "Meet weekly.", "interests": "None", "declared-approver": "Head of research",
}  # fmt: skip
CHOSEN = {"region": "south-london", "setting": "acute", "profession": "nurse"}
TICKED = {
    "theme": "research-culture", "cost": "none", "involved": "nurses", "licence": "cc-by-4.0", "declared.anonymous": "y",
    "declared.organisation": "y", "declared.licence": "y",
}  # fmt: skip


def write(page: Page, problem: str) -> None:
    """Fill in the whole form."""
    for name, text in TEXTS.items():
        page.locator(f"[id='{name}']").fill(text)
    page.locator("#problem").fill(problem)
    for name, value in CHOSEN.items():
        page.locator(f"#{name}").select_option(value)
    for name, value in TICKED.items():
        page.locator(f"[name='{name}'][value='{value}']").check()


def decide(page: Page, act: str, reason: str, words: str) -> None:
    """Decide about the item that is open."""
    page.get_by_label(act, exact=True).check()
    page.get_by_label("Reason", exact=True).select_option(label=reason)
    page.get_by_label("Note to the author").fill(words)
    click(page, "Save and show the next one")


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(words)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without"])
def test_a_story_is_written_held_masked_sent_back_published_found_tried_reported_and_put_back(
    demo: Demo, browser: Browser, picture, scripts: bool
):
    name = "js" if scripts else "plain"
    nurse = somebody(demo, browser, f"nurse.{name}@example.nhs.uk", java_script_enabled=scripts)
    helen = somebody(demo, browser, f"helen.{name}@example.nhs.uk", "facilitator", java_script_enabled=scripts)
    reader = somebody(demo, browser, f"reader.{name}@example.nhs.uk", java_script_enabled=scripts)

    nurse.goto(f"{demo.site}/stories")
    click(nurse, "Share your story", "link")
    click(nurse, "Start a story")
    form = nurse.url
    nurse.locator("#title").fill("From 94 days")
    if scripts:
        nurse.locator("#summary").focus()
        expect(nurse.locator("[data-part=saved]")).to_contain_text("Draft saved at")
    else:
        nurse.locator("button[value='save:start']").click()

    # A break: another day, another computer. What was written is there.
    again = somebody_again(demo, browser, f"nurse.{name}@example.nhs.uk", scripts)
    again.goto(f"{demo.site}/stories/mine")
    click(again, re.compile("From 94 days"), "link")
    assert again.url.startswith(form.split("#")[0])
    expect(again.locator("#title")).to_have_value("From 94 days")
    write(again, f"A patient, NHS number {NUMBER}, waited 94 days.")
    click(again, "Send for review")
    expect(again.locator(".nhsuk-error-summary")).to_contain_text("NHS number")
    if scripts:
        look(again, picture, "story-held", (885, 390))
    again.locator("button[value='mask:problem']").click()
    expect(again.locator("#problem")).to_have_value(re.compile(r"\[NHS number removed\]"))
    click(again, "Send for review")
    heading(again, "Before you write for the first time")
    click(again, "Accept the rules and go on")
    if "/write" in again.url:
        click(again, "Send for review")
    expect(again.get_by_text("Place in line").first).to_be_visible()
    if scripts:
        look(again, picture, "story-sent", (885, 390))

    helen.goto(f"{demo.site}/moderation?show=stories")
    click(helen, re.compile("From 94 days"))
    expect(helen.get_by_text("NHS number removed").first).to_be_visible()
    if scripts:
        look(helen, picture, "story-review", (885, 390))
    helen.locator("summary", has_text="in what you did, step by step").click()
    helen.locator("[id='remark.steps']").fill("Say who used the checklist.")
    decide(helen, "Ask the author to change it", "It needs more detail, or plainer words", "One thing is missing.")

    again.goto(f"{demo.site}/stories/mine")
    click(again, re.compile("From 94 days"), "link")
    expect(again.get_by_text("Say who used the checklist.").first).to_be_visible()
    if scripts:
        look(again, picture, "story-asked", (885, 390))
    click(again, "Change it and send it again")
    again.locator("#steps-1").fill("The research nurses used it for every study.")
    click(again, "Send for review")
    expect(again.get_by_text("Place in line").first).to_be_visible()

    helen.goto(f"{demo.site}/moderation?show=stories")
    click(helen, re.compile("From 94 days"))
    expect(helen.locator("ins", has_text="research nurses").first).to_be_visible()
    for point in helen.locator("input[name^='check.']").all():
        point.check()
    decide(helen, "Approve it", "Nothing is wrong with it", "Thank you.")

    reader.goto(f"{demo.site}/search?q=checklist")
    click(reader, TITLE, "link")
    story = reader.url
    heading(reader, TITLE)
    expect(reader.get_by_text("NHS number removed").first).to_be_visible()
    assert NUMBER not in reader.content()
    click(reader, re.compile("^Thank Sam"))
    expect(reader.get_by_role("button", name="Take back your thanks")).to_be_visible()
    reader.locator("#body").fill("Which checklist did you use?")
    click(reader, "Post comment")
    if "rules" in reader.url:
        click(reader, "Accept the rules and go on")
        if not reader.get_by_text("Which checklist did you use?").count():
            reader.goto(story)
        if reader.locator("#body").input_value():
            click(reader, "Post comment")
    expect(reader.locator(".post-body", has_text="Which checklist did you use?")).to_be_visible()
    reader.goto(story)
    click(reader, "We tried this", "link")
    reader.get_by_label("Where you tried it").fill("Another Hospital")
    reader.get_by_label("Since when").fill("5 2026")
    reader.locator("input[name=outcome]").first.check()
    click(reader, "Save")
    expect(reader.get_by_text("Another Hospital").first).to_be_visible()
    if scripts:
        look(reader, picture, "story-read", (885, 390))

    again.goto(story)
    click(again, re.compile("^Report what"), "link")
    again.locator("input[name=reason][value=unkind]").check()
    click(again, "Send report")
    helen.goto(f"{demo.site}/moderation")
    click(helen, re.compile("Which checklist"))
    decide(helen, "Hide it while you talk to the author", "It is unkind or unfair", "Please say it more kindly.")
    reader.goto(f"{demo.site}/me/notifications")
    expect(reader.get_by_text(re.compile("A facilitator hid")).first).to_be_visible()
    other = somebody_again(demo, browser, f"nurse.{name}@example.nhs.uk", scripts)
    other.goto(story)
    expect(other.locator(".post-body", has_text="Which checklist did you use?")).to_have_count(0)
    if scripts:
        look(other, picture, "comment-hidden", (885,))
    helen.goto(f"{demo.site}/moderation/decided")
    click(helen, re.compile("^Undo"))
    other.goto(story)
    expect(other.locator(".post-body", has_text="Which checklist did you use?")).to_be_visible()


def somebody_again(demo: Demo, browser: Browser, email: str, scripts: bool) -> Page:
    """The same person at another computer."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=scripts)
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto(demo.frontline("user", "sign-in", email).strip())
    click(page, re.compile("^Sign in"))
    return page
