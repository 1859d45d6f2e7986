"""A facilitator's morning, with JavaScript and without: ten things wait, the gravest come first, and one after the other is decided
with words for its author until nothing is waiting."""

import re
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from courses.catalogue import Theme
from courses.db import now
from learn.moderation import flags
from learn.moderation.flags import Told
from learn.moderation.models import FlagReason
from learn.web import writing
from tests.discussing import make_topic, make_writer, say
from tests.journeys.as_author import click, look, somebody
from tests.journeys.conftest import Demo

pytestmark = pytest.mark.browser
THEMES = {"js": "shifting-landscape", "plain": "research-active-clinician"}
"Each looked after by one facilitator of this journey; no other journey leaves anything under them."
NUMBER = "999 000 0018"
"Of the test range, with its check digit."
MASKED = "[NHS number removed]"


class Waits(NamedTuple):
    """One thing that waits, in the order in which they come, and what is decided about it."""

    text: str
    act: str
    reason: str
    report: FlagReason | None = None
    is_seen: bool = True
    "By other members, once it is decided."


TEN = (
    Waits("The form is {}.", "Keep it", "Nothing is wrong with it"),
    Waits("She was {} on our list.", "Take out what was found", "It could identify a patient"),
    Waits("He is the only one in the village who has it.", "Hide it while you talk to the author", "It could identify a patient",
          FlagReason.PATIENT, is_seen=False),
    Waits("Double the dose when nobody looks.", "Remove it", "It is wrong or unsafe", FlagReason.UNSAFE, is_seen=False),
    Waits("Only a fool would ask that.", "Ask the author to change it", "It is unkind or unfair", FlagReason.UNKIND,
          is_seen=False),
    Waits("How do you do it?", "Keep it", "Nothing is wrong with it"),
    Waits("We keep a board in the corridor.", "Keep it", "Nothing is wrong with it"),
    Waits("We ring the day before.", "Keep it", "Nothing is wrong with it"),
    Waits("Buy our cheap pens.", "Remove it", "It is an advert or spam", is_seen=False),
    Waits("The ward clerk has the list.", "Keep it", "Nothing is wrong with it"),
)  # fmt: skip
OPENING = 5
"Of those, the topic's own first post."


def let_ten_wait(demo: Demo, name: str) -> tuple[int, int]:
    """A topic whose ten posts all wait, by the product's own roads; its number and that of the writer of its answers."""
    with demo.here.app_context(), writing() as session:
        theme_id = session.scalars(select(Theme.id).where(Theme.slug == THEMES[name])).one()
        asks, writes = make_writer(session, f"Ada {name}"), make_writer(session, f"Bela {name}")
        topic_id = make_topic(session, asks, f"A list for {name}", TEN[OPENING].text, theme_id=theme_id).topic_id
        for each in (*TEN[:OPENING], *TEN[OPENING + 1 :]):
            post_id = say(session, topic_id, writes, each.text.format(NUMBER), because="It is printed on it")
            if each.report:
                told = Told(each.report, "Please look at this.")
                flags.report(session, "post", post_id, told, now(), reporter_id=asks.id, network="")
    return topic_id, writes.id


def decide(page: Page, what: Waits, *, is_first: bool) -> None:
    """Decide about the item that is open. The first time without choosing anything, which is refused and loses nothing."""
    expect(page.locator(".desk-card")).to_contain_text(what.text.format(MASKED))
    if is_first:
        page.get_by_label("Note to the author").fill("My own words.")
        click(page, "Save and show the next one")
        expect(page.locator(".nhsuk-error-summary")).to_contain_text("Choose a reason")
        expect(page.get_by_label("Note to the author")).to_have_value("My own words.")
    page.get_by_label(what.act, exact=True).check()
    page.get_by_label("Reason", exact=True).select_option(label=what.reason)
    if not is_first:
        suggest(page)
    click(page, "Save and show the next one")
    is_final = what.act == "Take out what was found"  # what is masked is kept nowhere
    expect(page.locator(".undo").get_by_text("You can undo it until")).to_have_count(int(not is_final))


def suggest(page: Page) -> None:
    """Have words to begin with: a script puts them there by itself, without one a button does."""
    words = page.get_by_label("Note to the author")
    button = page.get_by_role("button", name="Suggest words for this reason")
    if button.is_visible():
        click(page, "Suggest words for this reason")
    expect(words).not_to_have_value("")


@pytest.mark.timeout(240)
@pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without"])
def test_a_facilitator_clears_a_queue_of_ten_and_undoes_one(demo: Demo, browser: Browser, picture, scripts: bool):
    name = "js" if scripts else "plain"
    address = f"clears.{name}@example.nhs.uk"
    topic_id, writer_id = let_ten_wait(demo, name)
    helen = somebody(demo, browser, address, java_script_enabled=scripts)
    demo.frontline("user", "grant", address, "facilitator", "--theme", THEMES[name])

    helen.goto(f"{demo.site}/moderation")
    expect(helen.locator(".desk-list > li")).to_have_count(len(TEN))
    if scripts:
        look(helen, picture, "queue", (885, 390))
    click(helen, "Take the first one")
    for number, each in enumerate(TEN):
        if scripts and number in (1, 3):
            look(helen, picture, f"queue-item-{number}", (885, 390))
        decide(helen, each, is_first=number == 0)
        if number == 3:  # the wrong button: what was removed waits again, in the same hands
            click(helen, "Undo")
            expect(helen.get_by_text("The decision is undone.")).to_be_visible()
            decide(helen, each, is_first=False)
    expect(helen.get_by_role("heading", name="Nothing is waiting")).to_be_visible()
    if scripts:
        look(helen, picture, "queue-empty", (885, 390))

    click(helen, "Decided", "link")
    lines = helen.locator("tbody tr")
    expect(lines).to_have_count(len(TEN) + 2)
    expect(lines.filter(has_text="The site")).to_have_count(1)  # hid what was reported until somebody had looked
    expect(lines.filter(has_text="(undone)")).to_have_count(1)
    for each in TEN:
        said = each.reason[0].lower() + each.reason[1:]
        expect(lines.filter(has_text=said).first).to_be_visible()
    if scripts:
        look(helen, picture, "queue-decided", (885, 390))
    what_came_of_it(demo, browser, topic_id, writer_id, name)


def what_came_of_it(demo: Demo, browser: Browser, topic_id: int, writer_id: int, name: str) -> None:
    """Another member reads what was kept alone, and the writer reads why the rest is gone."""
    reader = somebody(demo, browser, f"reads.{name}@example.nhs.uk")
    reader.goto(f"{demo.site}/topics/{topic_id}")
    shown = [each.text.format(MASKED if each.act.startswith("Take out") else NUMBER) for each in TEN]
    for each, text in zip(TEN, shown, strict=True):
        expect(reader.locator(".post-body", has_text=text)).to_have_count(int(each.is_seen))
    reader.context.clear_cookies()
    reader.goto(demo.frontline("user", "sign-in", str(writer_id)).strip())
    click(reader, re.compile("^Sign in"))
    reader.goto(f"{demo.site}/me/notifications")
    click(reader, re.compile("A facilitator removed"))
    expect(reader.locator("blockquote")).to_contain_text("It advertises something.")
