"""Every page in a real browser: accessible at each width, small, without sideways scroll, by keyboard, without JavaScript."""

import json
import re
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from courses.catalogue import Theme
from courses.db import now
from learn.discussion import posting, rules
from learn.discussion.acts import editing
from learn.moderation.models import ReviewItem
from learn.web import writing
from tests.discussing import make_writer, say
from tests.journeys import axe
from tests.journeys.conftest import Demo
from tests.packages import h5p, media, scorm, web

MODULE = "/modules/research-active-care"
OPEN = [
    "/sign-in",
    "/sign-in?reason=idle",
    "/sign-in?reason=suspended",
    "/sign-out",
    "/accessibility",
    "/privacy",
    "/community-rules",
    "/help",
    "/erased",
    "/stories",
    "/s/FRL-2026-0001",
    "/s/FRL-2026-0001/v1",
    "/nothing-here",
]
INSIDE = [
    "/", "/learn", "/resources", "/me", "/me/profile", "/me/addresses", "/me/sessions",
    "/me/link", "/me/notifications", "/me/notifications/mail", "/me/data", "/me/data/erase",
    "/stories", "/stories?setting=hospice&region=wales", "/stories?q=midwives", "/s/FRL-2026-0002", "/s/FRL-2026-0002/versions",
    "/s/FRL-2026-0002/tried",
    "/stories/new", "/stories/mine", "/report/story/1", "/rules/accept", "/forum", "/forum/research-culture", "/forum/research-culture/new",
    "/search", "/search?q=midwives", "/search?q=midwives&kind=story&order=newest&theme=patient-benefit", "/search?q=nothinghasthis",
    "/themes/patient-benefit", "/themes/clinical-care", "/courses/frontline-research-engagement",
    MODULE, f"{MODULE}/units/1", f"{MODULE}/units/6", f"{MODULE}/units/7", "/modules/keeping-the-momentum", "/modules/patients-at-the-centre",
]  # fmt: skip
KINDS = {"two": scorm.two_scos, "question": h5p.question, "pages": web.pages, "paper": media.pdf}
COPY = "/authoring/modules/a-copy/versions/1"
AUTHORING = [
    "/authoring", "/authoring?of=starter", "/authoring/upload", "/authoring/upload?module=two", "/authoring/modules/new",
    "/authoring/courses", "/authoring/courses/new", "/authoring/courses/frontline-research-engagement",
    "/authoring/modules/research-active-care", "/authoring/modules/two", "/authoring/modules/two/usage",
    *(f"/authoring/modules/two/versions/1{page}" for page in ("", "/retire", "/copy-module")),
    *(f"/authoring/modules/{kind}/versions/1/preview/1" for kind in (*KINDS, "film")),
    *(f"{COPY}{page}" for page in ("", "/retire", "/outline", "/about", "/preview/1", "/preview/6", "/preview/7")),
    *(f"{COPY}/units/{page}" for page in ("1", "1/settings", "1/remove", "6", "6/settings", "6/questions", "6/questions/text", "7")),
    *(f"{COPY}/units/6/questions/new/{kind}" for kind in (
        "single", "multiple", "truefalse", "shortanswer", "numerical", "matching", "essay", "description")),
]  # fmt: skip
TALKED = [
    "/topics/{topic}",
    "/topics/{topic}/write?to={post}",
    "/posts/{mine}/edit",
    "/posts/{mine}/remove",
    "/posts/{mine}/history",
    "/report/post/{post}",
    "/stories/{story}/write",
    "/stories/{story}/preview",
    "/stories/{story}/status",
    "/stories/{story}/delete",
]
DESK = [
    "/moderation",
    "/moderation?show=stories",
    "/moderation?urgency=1",
    "/moderation/{item}",
    "/moderation/decided",
    "/moderation/scan",
    "/topics/{topic}",
    "/posts/{mine}/history",
]
PLAYED = [f"/modules/{kind}{page}" for kind in (*KINDS, "film") for page in ("", "/units/1")]
PLAYED += ["/modules/two/units/2", "/modules/two/units/1/window"]
WIDTHS = (885, 1000, 390)
MOST_BYTES = 90_000


def enter(demo: Demo, context: BrowserContext, email: str, *, is_new: bool = True) -> Page:
    """Come in by the one-time address of the command line."""
    if is_new:
        demo.frontline("user", "add", email, "--name", "Research Nurse")
    page = context.new_page()
    page.goto(demo.frontline("user", "sign-in", email).strip())
    page.get_by_role("button", name=re.compile("^Sign in")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Welcome")
    return page


@pytest.fixture(scope="module")
def inside(demo: Demo, browser: Browser) -> Iterator[Page]:
    """A window of somebody who is in the middle of a module."""
    context = browser.new_context(viewport={"width": 885, "height": 600})
    page = enter(demo, context, "pages@nhs.example")
    page.goto(f"{demo.site}{MODULE}")
    page.get_by_role("button", name="Start module").click()
    page.get_by_role("button", name="Mark as complete and continue").click()
    yield page
    context.close()


@pytest.fixture(scope="module")
def packages(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A module of each kind that is uploaded, published."""
    folder = tmp_path_factory.mktemp("packages")
    for slug, make in KINDS.items():
        demo.frontline("module", "upload", str(make(folder / slug)), "--slug", slug, "--publish")
    captions = str(media.captions(folder / "film.vtt"))
    film = str(media.webm(folder / "film.webm"))
    demo.frontline("module", "upload", film, "--captions", captions, "--slug", "film", "--publish")


@pytest.fixture(scope="module")
def author(demo: Demo, browser: Browser, packages: None) -> Iterator[Page]:
    """A window of an author, who has a copy of a module as a draft."""
    context = browser.new_context(viewport={"width": 885, "height": 600})
    demo.frontline("user", "add", "author@nhs.example", "--name", "Ola Author", "--role", "author")
    page = enter(demo, context, "author@nhs.example", is_new=False)
    page.goto(f"{demo.site}/authoring{MODULE}/versions/1/copy-module")
    page.get_by_label("Name in its address").fill("a-copy")
    page.get_by_role("button", name="Make the copy").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("version 1")
    yield page
    context.close()


@pytest.fixture(scope="module")
def talked(demo: Demo, inside: Page) -> dict[str, int]:
    """What somebody wrote who is in the middle of a module: a topic that was answered, a changed post, one that waits, a draft."""
    inside.goto(f"{demo.site}/stories/new")
    inside.get_by_role("button", name="Start a story").click()
    story = re.search(r"/stories/(\d+)/write", inside.url)
    assert story
    me = next(
        each["id"]
        for each in json.loads(demo.frontline("user", "list", "--json"))
        if each["email"] == "pages@nhs.example"
    )
    with demo.here.app_context(), writing() as session:
        rules.accept(session, me, now())
        theme = session.scalars(select(Theme.id).where(Theme.slug == "research-culture")).one()
        begun = posting.start(
            session, theme, make_writer(session).id, "Where do you keep the list?", "> Ask.\n\n- On paper\n", at=now()
        )
        mine = say(session, begun.topic_id, SimpleNamespace(id=me), "On the wall.", parent_id=begun.post_id)
        editing.change(
            session, mine, me, "On the wall, and [here](https://example.org).", revision=1, at=now(), reason="More"
        )
        say(session, begun.topic_id, SimpleNamespace(id=me), "The form is 999 000 0018.", because="It is printed on it")
        item = session.scalars(
            select(ReviewItem.id).where(ReviewItem.kind == "post").order_by(ReviewItem.id.desc())
        ).first()
    assert item
    return {"topic": begun.topic_id, "post": begun.post_id, "mine": mine, "item": item, "story": int(story[1])}


@pytest.fixture(scope="module")
def facilitator(demo: Demo, browser: Browser, talked: dict[str, int]) -> Iterator[Page]:
    """A window of a facilitator who has something open, and who is an administrator too."""
    context = browser.new_context(viewport={"width": 885, "height": 600})
    demo.frontline(
        "user", "add", "desk@nhs.example", "--name", "Helen Desk", "--role", "facilitator", "--role", "administrator"
    )
    page = enter(demo, context, "desk@nhs.example", is_new=False)
    page.goto(f"{demo.site}/moderation/{talked['item']}")
    page.get_by_role("button", name="Take it and decide").click()
    expect(page.get_by_label("Note to the author")).to_be_visible()
    yield page
    context.close()


@pytest.fixture(scope="module")
def player(demo: Demo, browser: Browser, packages: None) -> Iterator[Page]:
    """A window of a learner who began each of those modules."""
    context = browser.new_context(viewport={"width": 885, "height": 600})
    page = enter(demo, context, "player@nhs.example")
    for slug in (*KINDS, "film"):
        page.goto(f"{demo.site}/modules/{slug}")
        page.get_by_role("button", name="Start module").click()
        expect(page).to_have_url(re.compile("/units/1$"))
    yield page
    context.close()


def look(page: Page, where: str) -> None:
    """axe at each width, with everything unfolded, and no sideways scroll on the smallest screen."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        assert axe.violations(page) == [], f"{where} at {width}"
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, f"{where} scrolls sideways"


@pytest.mark.parametrize("path", OPEN)
def test_what_anyone_may_open_is_accessible(demo, browser, path):
    page = browser.new_page()
    page.goto(f"{demo.site}{path}")
    look(page, path)
    page.close()


@pytest.mark.parametrize("path", INSIDE)
def test_what_members_open_is_accessible(demo, inside, path):
    inside.goto(f"{demo.site}{path}")
    look(inside, path)


@pytest.mark.parametrize("path", TALKED)
def test_what_members_wrote_is_accessible(demo, inside, talked, path):
    answer = inside.goto(f"{demo.site}{path.format(**talked)}")
    assert answer.status == 200
    look(inside, path)


@pytest.mark.parametrize("path", DESK)
def test_what_facilitators_open_is_accessible(demo, facilitator, talked, path):
    answer = facilitator.goto(f"{demo.site}{path.format(**talked)}")
    assert answer.status == 200
    look(facilitator, path)


@pytest.mark.parametrize("path", AUTHORING)
def test_what_authors_open_is_accessible(demo, author, path):
    answer = author.goto(f"{demo.site}{path}")
    assert answer.status == 200
    look(author, path)


@pytest.mark.parametrize("path", PLAYED)
def test_what_is_played_is_accessible(demo, player, path):
    answer = player.goto(f"{demo.site}{path}")
    assert answer.status == 200
    look(player, path)


@pytest.mark.parametrize(
    ("path", "button"),
    [
        ("/authoring/modules/new", "Make the module"), ("/authoring/courses/new", "Make the course"),
        (f"{COPY}/outline", "Add this unit"), (f"{COPY}/units/6/questions/text", "Add these questions"),
        (f"{COPY}/units/6/questions/new/single", "Add the question"), (f"{COPY}/units/1", "Add this picture to the text"),
    ],
)  # fmt: skip
def test_what_authors_sent_empty_comes_back_accessible(demo, author, path, button):
    author.goto(f"{demo.site}{path}")
    author.get_by_role("button", name=button).click()
    expect(author).to_have_title(re.compile("^Error: "))
    expect(author.locator(".nhsuk-error-summary")).to_be_visible()
    look(author, f"{path}, empty")


@pytest.mark.parametrize(
    ("name", "content", "heading"),
    [("paper.pdf", None, "version 1"), ("odd.zip", b"PK\x03\x04 cut off", "refused")],
    ids=["accepted", "refused"],
)
def test_the_report_of_an_upload_is_accessible(demo, author, tmp_path, name, content, heading):
    path = tmp_path / name
    media.pdf(path, title="A paper to report") if content is None else path.write_bytes(content)
    author.goto(f"{demo.site}/authoring/upload")
    author.locator("input[type=file]").set_input_files(path)
    author.get_by_role("button", name="Upload", exact=True).click()
    expect(author.locator(".outcome h2")).to_contain_text(heading, timeout=30_000)
    look(author, f"the report of {name}")


@pytest.mark.parametrize(
    ("path", "button"),
    [
        ("/report/post/{post}", "Send report"), ("/topics/{topic}/write", "Post answer"), ("/forum/research-culture/new", "Start the topic"),
        ("/stories/{story}/write", "Send for review"),
    ],
)  # fmt: skip
def test_what_members_sent_empty_comes_back_accessible(demo, inside, talked, path, button):
    inside.goto(f"{demo.site}{path.format(**talked)}")
    inside.get_by_role("button", name=button, exact=True).first.click()
    expect(inside).to_have_title(re.compile("^Error: "))
    expect(inside.locator(".nhsuk-error-summary")).to_be_visible()
    look(inside, f"{path}, empty")


def test_a_search_that_cannot_be_and_a_decision_that_is_none_are_accessible(demo, inside, facilitator, talked):
    inside.goto(f"{demo.site}/search?q=%22%22")
    expect(inside).to_have_title(re.compile("^Error: "))
    look(inside, "a search for nothing")
    facilitator.goto(f"{demo.site}/moderation/{talked['item']}")
    facilitator.get_by_role("button", name="Save and show the next one").click()
    expect(facilitator.locator(".nhsuk-error-summary")).to_be_visible()
    look(facilitator, "a decision without anything")


def test_errors_and_marks_are_accessible(demo, inside, picture):
    inside.goto(f"{demo.site}{MODULE}/units/6")
    inside.get_by_role("button", name="Check my answers").click()
    expect(inside).to_have_title(re.compile("^Error: "))
    assert inside.evaluate("document.activeElement.className").startswith("nhsuk-error-summary")
    look(inside, "a quiz with errors")
    inside.set_viewport_size({"width": 390, "height": 800})
    picture(inside, "11-quiz-error-phone", full_page=True)
    inside.locator(".nhsuk-error-summary a").first.click()
    assert inside.evaluate("document.activeElement.name").startswith("q")
    inside.goto(f"{demo.site}{MODULE}/units/7")
    inside.get_by_role("button", name="Save my reflection").click()
    expect(inside).to_have_title(re.compile("^Error: "))
    look(inside, "an empty reflection")


def test_pictures_of_the_main_pages(demo, inside, picture):
    for name, path in (
        ("home", "/"),
        ("learn", "/learn"),
        ("unit", f"{MODULE}/units/2"),
        ("me", "/me"),
        ("resources", "/resources"),
    ):
        for width in (885, 390):
            inside.set_viewport_size({"width": width, "height": 800})
            inside.goto(f"{demo.site}{path}")
            picture(inside, f"20-{name}-{width}", full_page=True)


@pytest.mark.parametrize("path", ["/", "/learn", MODULE, f"{MODULE}/units/1", f"{MODULE}/units/6", "/me"])
def test_a_page_is_small_when_it_comes_for_the_first_time(demo, browser, path):
    context = browser.new_context()
    page = enter(demo, context, f"cold{len(path)}@nhs.example")
    page.close()
    session = context.new_page()
    client = context.new_cdp_session(session)
    client.send("Network.enable")
    client.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes: list[float] = []
    client.on("Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"]))
    session.goto(f"{demo.site}{path}", wait_until="networkidle")
    assert 0 < sum(sizes) <= MOST_BYTES, sizes
    assert len(sizes) <= 12
    context.close()


def test_the_whole_road_works_without_javascript(demo, browser):
    context = browser.new_context(java_script_enabled=False)
    page = enter(demo, context, "plain@nhs.example")
    page.goto(f"{demo.site}{MODULE}")
    page.get_by_role("button", name="Start module").click()
    for _ in range(5):
        page.get_by_role("button", name="Mark as complete and continue").click()
    page.get_by_role("button", name="Check my answers").click()
    expect(page.locator(".nhsuk-error-summary")).to_be_visible()
    page.goto(f"{demo.site}{MODULE}/units/7")
    page.locator("textarea").fill("Without a script.")
    page.get_by_role("button", name="Save my reflection").click()
    page.goto(f"{demo.site}/me")
    expect(page.get_by_text("6 of 7 units completed").first).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.goto(f"{demo.site}/me")
    assert "/sign-in" in page.url
    context.close()


def test_the_keyboard_reaches_everything_in_reading_order(demo, inside):
    inside.set_viewport_size({"width": 885, "height": 800})
    inside.goto(f"{demo.site}{MODULE}/units/2")
    inside.keyboard.press("Tab")
    assert inside.evaluate("document.activeElement.textContent.trim()") == "Skip to main content"
    seen, stops = set(), 0
    wanted = inside.evaluate(
        "[...document.querySelectorAll('a[href], button, input:not([type=hidden]), textarea, summary, [tabindex=\"0\"]')]"
        ".filter(each => each.checkVisibility()).length"
    )
    for _ in range(wanted + 5):
        here = inside.evaluate(
            "() => { const at = document.activeElement; if (!at || at === document.body) return null;"
            "const style = getComputedStyle(at); const box = at.getBoundingClientRect();"
            "return {key: [...document.querySelectorAll('*')].indexOf(at), focus: style.outlineStyle !== 'none' || style.boxShadow !== 'none'"
            " || style.backgroundColor !== 'rgba(0, 0, 0, 0)', width: box.width, height: box.height} }"
        )
        if here is None or here["key"] in seen:
            break
        seen.add(here["key"])
        assert here["focus"], "a focus that cannot be seen"
        stops += 1
        inside.keyboard.press("Tab")
    assert stops >= wanted - 1


def test_targets_are_big_enough_to_touch(demo, inside):
    inside.set_viewport_size({"width": 390, "height": 800})
    for path in ("/", f"{MODULE}/units/6"):
        inside.goto(f"{demo.site}{path}")
        small = inside.evaluate(
            "[...document.querySelectorAll('button, input:not([type=hidden]), nav a')].filter(each => each.checkVisibility())"
            ".map(each => [each.outerHTML.slice(0, 80), each.getBoundingClientRect()])"
            ".filter(([, box]) => box.width < 24 || box.height < 24).map(([html]) => html)"
        )
        assert small == []


def test_an_idle_session_warns_and_one_press_lengthens_it(demo, browser):
    context = browser.new_context()
    page = enter(demo, context, "idle@nhs.example")
    page.clock.install()
    page.goto(f"{demo.site}{MODULE}")
    page.clock.fast_forward("28:30")
    stay = page.get_by_role("button", name=re.compile("^Stay"))
    expect(stay).to_be_visible()
    stay.click()
    expect(stay).to_be_hidden()
    context.close()
