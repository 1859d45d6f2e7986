"""The forum as members and facilitators use it, each road with JavaScript and without: a topic gets its answer, thanks and a change,
and what may be a patient's number is taken out in one press or waits for a facilitator."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.as_author import click, look, somebody
from tests.journeys.conftest import Demo
from tests.journeys.test_learner import leaving

pytestmark = pytest.mark.browser
NUMBER = "999 000 0018"
"Of the test range, with its check digit."
TITLE = "How do you find time for consent on a busy ward?"
ANSWER = "We ask the day before, and keep a chair by the door."
CHANGED = "We ask the day before, and keep two chairs by the door."
REASON = "It is the number of a form"


def begin_topic(page: Page, demo: Demo) -> None:
    """Start a topic for the first time: the rules come between, and nothing typed is lost."""
    page.goto(f"{demo.site}/forum")
    click(page, "Embedding research into clinical care", "link")
    click(page, re.compile("^Start (a|the first) topic"), "link")
    page.get_by_label("Title").fill(TITLE)
    page.get_by_label("Your text").fill("Two studies are open, and one of us is on each shift.")
    click(page, "Start the topic")
    click(page, "Accept the rules and go on")
    expect(page.get_by_label("Title")).to_have_value(TITLE)
    expect(page.get_by_label("Your text")).to_have_value("Two studies are open, and one of us is on each shift.")
    click(page, "Start the topic")
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)


def answer(page: Page, topic: str, scripts: bool) -> None:
    """Answer the first post, which a script lets one do in its place; the rules come between here, too."""
    page.goto(topic)
    below = page.locator("form.write .button-row").bounding_box()
    box = page.locator("form.write textarea").bounding_box()
    assert below["y"] - box["y"] - box["height"] < 50, "the buttons stand just under the box, below one line of state"
    if scripts:
        page.get_by_role("link", name="Reply").first.click()
        expect(page.locator("form.post-form textarea")).to_be_focused()
        page.locator("form.post-form textarea").fill(ANSWER)
        expect(page.locator("form.post-form [data-part=draft]")).to_contain_text("Draft saved at")
    else:
        click(page, re.compile("^Reply"), "link")
        page.get_by_label("Your answer").fill(ANSWER)
    click(page, "Post answer")
    click(page, "Accept the rules and go on")
    expect(page.get_by_label("Your answer")).to_have_value(ANSWER)
    click(page, "Post answer")
    expect(post(page, ANSWER)).to_be_visible()


def post(page: Page, words: str) -> Locator:
    """The post that says so."""
    return page.locator(".post").filter(has=page.locator(".post-body", has_text=words))


def notice(page: Page, demo: Demo, words: str) -> Locator:
    """The notice that says so, once the worker has told of it."""
    found = page.locator("tr").filter(has_text=words).filter(has_text="New")
    for _ in range(80):
        page.goto(f"{demo.site}/me/notifications")
        if found.count():
            break
        page.wait_for_timeout(250)
    return found


@pytest.mark.timeout(240)
@pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without"])
def test_a_topic_is_answered_thanked_for_changed_and_kept_free_of_numbers(
    demo: Demo, browser: Browser, picture, scripts: bool
):
    name = "js" if scripts else "plain"
    asks = somebody(demo, browser, f"asks.{name}@example.nhs.uk", java_script_enabled=scripts)
    helps = somebody(demo, browser, f"helps.{name}@example.nhs.uk", java_script_enabled=scripts)
    helen = somebody(demo, browser, f"looks.after.{name}@example.nhs.uk", "facilitator", java_script_enabled=scripts)

    begin_topic(asks, demo)
    topic = asks.url
    if scripts:
        look(asks, picture, "forum-topic", (885, 390))
    answer(helps, topic, scripts)

    # The one who asked hears of it, is led to what is new, and finds it read afterwards.
    click_in(asks, notice(asks, demo, TITLE).get_by_role("button", name=re.compile("^Open")))
    assert re.search(r"#post-\d+$", asks.url), asks.url
    expect(post(asks, ANSWER).get_by_text("New", exact=True)).to_be_visible()
    click_in(asks, post(asks, ANSWER).get_by_role("button", name=re.compile("^Thank")))
    expect(post(asks, ANSWER).get_by_role("button", name=re.compile("^Take back thanks"))).to_be_visible()
    expect(post(asks, ANSWER).get_by_text("New", exact=True)).to_have_count(0)
    link = post(asks, ANSWER).get_by_role("link", name=re.compile("^Link to what"))
    permanent = f"{demo.site}{link.get_attribute('href')}"
    asks.goto(permanent)
    assert asks.url.split("#")[0] == topic.split("#")[0]
    assert asks.url.endswith(f"#post-{permanent.rsplit('/', 1)[1]}")
    asks.goto(f"{demo.site}/me/notifications")
    expect(asks.locator("tr").filter(has_text=TITLE).filter(has_text="New")).to_have_count(0)

    change(helps, topic, picture if scripts else None)
    asks.goto(topic)
    expect(post(asks, CHANGED).locator(".post-edited")).to_contain_text("Edited on")
    expect(post(asks, CHANGED).locator(".post-edited a")).to_have_count(0)
    refused = asks.goto(f"{permanent}/history")
    assert refused is not None
    assert refused.status == 403

    remove_a_number(helps, topic, picture if scripts else None)
    asks.goto(topic)
    expect(post(asks, "Ask for [NHS number removed] at the desk.")).to_be_visible()
    assert NUMBER not in asks.content()

    hold_with_a_reason(helps, topic)
    asks.goto(topic)
    expect(post(asks, "The form is")).to_have_count(0)
    keep(helen, demo, picture if scripts else None)
    asks.goto(topic)
    expect(post(asks, f"The form is {NUMBER}.")).to_be_visible()
    expect(notice(helps, demo, "kept it as it is")).to_be_visible()
    if scripts:
        look(asks, picture, "forum-answered", (885, 390))
        asks.goto(f"{demo.site}/forum/clinical-care")
        look(asks, picture, "forum-theme", (885, 390))


def click_in(page: Page, part: Locator) -> None:
    """Press one thing that leads to another page."""
    with leaving(page.main_frame):
        part.click()


def change(page: Page, topic: str, picture) -> None:
    """Change one's own answer, and see what it said before."""
    page.goto(topic)
    expect(post(page, ANSWER).locator(".count")).to_contain_text("1 thank")
    click_in(page, post(page, ANSWER).get_by_role("link", name=re.compile("^Edit")))
    page.get_by_label("Your text").fill(CHANGED)
    page.get_by_label("Why you change it").fill("We have two now")
    click(page, "Save")
    click_in(page, post(page, CHANGED).get_by_role("link", name=re.compile("^Edited on")))
    expect(page.locator(".answered").first).to_contain_text("We have two now")
    expect(page.locator(".answered").first.locator(".post-body")).to_have_text(CHANGED)
    expect(page.locator(".answered").last.locator(".post-body")).to_have_text(ANSWER)
    if picture:
        look(page, picture, "forum-history", (885, 390))


def remove_a_number(page: Page, topic: str, picture) -> None:
    """A number is found before anybody sees it, and taken out and posted in one press."""
    page.goto(topic)
    page.locator("#body").fill(f"Ask for {NUMBER} at the desk.")
    click(page, "Post answer")
    expect(page.get_by_role("heading", name="This could identify a patient")).to_be_visible()
    expect(page.locator("#body")).to_have_value(f"Ask for {NUMBER} at the desk.")
    if picture:
        look(page, picture, "forum-found", (885, 390))
    click(page, "Remove it and post")
    expect(post(page, "Ask for [NHS number removed] at the desk.")).to_be_visible()


def hold_with_a_reason(page: Page, topic: str) -> None:
    """Without a reason it goes nowhere, with one it waits, and its writer reads that it does."""
    page.goto(topic)
    page.locator("#body").fill(f"The form is {NUMBER}.")
    click(page, "Post answer")
    click(page, "Send it to a facilitator")
    expect(page.locator(".nhsuk-error-summary")).to_contain_text("Say what it is")
    page.get_by_label("It is not a patient’s number because").fill(REASON)
    click(page, "Send it to a facilitator")
    expect(post(page, "The form is")).to_contain_text("Until then only you and facilitators can see it.")


def keep(page: Page, demo: Demo, picture) -> None:
    """What waits shows its reason and no number; a facilitator keeps it."""
    page.goto(f"{demo.site}/moderation")
    click(page, re.compile("The form is"))
    expect(page.get_by_text(REASON)).to_be_visible()
    assert NUMBER not in page.content()
    if picture:
        look(page, picture, "held-item", (885, 390))
    page.get_by_label("Keep it", exact=True).check()
    page.get_by_label("Reason", exact=True).select_option(label="Nothing is wrong with it")
    page.get_by_label("Note to the author").fill("Thank you for saying what it is.")
    click(page, "Save and show the next one")
    expect(page.locator(".undo")).to_contain_text("Kept.")


def test_without_a_script_a_topic_is_masked_looked_at_changed_and_taken_back(demo: Demo, browser: Browser):
    page = somebody(demo, browser, "takes.back@example.nhs.uk", java_script_enabled=False)
    page.goto(f"{demo.site}/forum/patient-benefit/new")
    page.get_by_label("Title").fill("What we told the patients")
    page.get_by_label("Your text").fill(f"She is {NUMBER}, and she came back.")
    click(page, "Start the topic")
    click(page, "Remove it and post")
    click(page, "Accept the rules and go on")
    expect(page.get_by_label("Your text")).to_have_value("She is [NHS number removed], and she came back.")
    click(page, "Preview")
    expect(page.locator(".preview .post-body")).to_have_text("She is [NHS number removed], and she came back.")
    click(page, "Start the topic")
    click(page, re.compile("^Edit"), "link")
    page.get_by_label("Your text").fill("She came back.")
    click(page, "Save")
    expect(page.locator(".post-body")).to_have_text("She came back.")
    click(page, re.compile("^Remove"), "link")
    click(page, "Remove it")
    expect(page.get_by_role("heading", level=1)).to_have_text("Research for patient benefit")
