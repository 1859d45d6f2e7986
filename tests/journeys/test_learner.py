"""The main job, end to end: launch from the LMS in a frame on another site, learn, and the progress arrives back."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urljoin

from playwright.sync_api import Error, Frame, FrameLocator, Locator, Page, expect

from learn.community import starter
from tests.journeys import axe

MODULE = "Why research-active care is better care"
SLUG = "research-active-care"


def open_activity(page: Page, lms: str, person: str, title: str) -> FrameLocator:
    """Go through the LMS's own pages to an activity, and give its frame."""
    page.goto(lms)
    launch = page.get_by_role("button", name=f"Launch as {person}").or_(
        page.get_by_role("link", name=f"Launch as {person}")
    )
    with leaving(page.main_frame):
        launch.first.click()
    link = page.get_by_role("link", name=title, exact=True)
    if link.count():
        # Not a click: the page before it holds a frame too, which could be taken for the new one.
        page.goto(urljoin(page.url, link.first.get_attribute("href") or ""))
    return page.frame_locator("iframe")


def inside(page: Page, site: str) -> Frame:
    """The frame itself, once it has come from the LMS to the tool."""
    frame = page.locator("iframe").element_handle().content_frame()
    assert frame is not None
    frame.wait_for_url(f"{site}/**")
    return frame


def press(part: Locator) -> None:
    """Press a link or button of a framed page that leads to another page, and wait until that has come.

    Not by pointer: the frame asks the page around it to grow and to scroll, and a pointer that comes meanwhile meets another
    place. Not by key: one that is pressed while the page around the frame still settles is lost.
    """
    pressed = part.element_handle()
    frame = pressed.owner_frame()
    assert frame is not None
    with leaving(frame):
        pressed.evaluate("each => each.click()")


@contextmanager
def leaving(frame: Frame) -> Iterator[None]:
    """Do what leads a page or a frame to another page, and wait until that has come."""
    frame.evaluate("document.documentElement.setAttribute('data-left', '')")
    try:
        yield
    except Error as gone:
        if "context was destroyed" not in gone.message:  # that is the next page, faster than the answer
            raise
    expect(frame.locator("html:not([data-left])")).to_have_count(1)
    frame.wait_for_load_state("domcontentloaded")


def begin(tool: FrameLocator) -> None:
    """Press what a module's page offers first; the LMS's page on the way there has a button of that name too."""
    page, words = tool.locator(".beside"), re.compile("^(Start module|Continue)$")
    press(page.get_by_role("link", name=words).or_(page.get_by_role("button", name=words)).first)


def mark(tool: FrameLocator) -> None:
    """Mark a page as complete and wait for the next one."""
    press(tool.get_by_role("button", name="Mark as complete and continue"))


def to_the_quiz(tool: FrameLocator) -> None:
    """Mark one page after the other until the quiz is there; which of the two a page is, it says once it has come whole."""
    check = tool.get_by_role("button", name="Check my answers")
    done = tool.get_by_role("button", name="Mark as complete and continue")
    for _ in range(12):
        expect(check.or_(done).first).to_be_visible()
        if check.count():
            return
        mark(tool)


def wrong_and_right(tool: FrameLocator, slug: str = SLUG) -> tuple[list[str], list[str]]:
    """Selectors that answer the quiz of the module wrongly, and rightly, from the starter content's own file."""
    import tomllib

    path = next(starter.module_folder(slug).glob("*quiz*.md"), None) or next(
        path for path in sorted(starter.module_folder(slug).glob("*.md")) if 'kind = "quiz"' in path.read_text()
    )
    questions = tomllib.loads(path.read_text().split("+++")[1])["questions"]
    return questions, path.stem


def answer(tool: FrameLocator, questions, *, rightly: bool) -> None:
    """Fill in the quiz's form."""
    fields = tool.locator("fieldset, .nhsuk-form-group").filter(has=tool.locator("input[name^=q]"))
    names = list(dict.fromkeys(tool.locator("main input[name^=q]").evaluate_all("all => all.map(each => each.name)")))
    assert len(names) == len(questions), (names, fields.count())
    for name, question in zip(names, questions, strict=True):
        options = question["options"]
        if question["kind"] == "shortanswer":
            tool.locator(f"input[name={name}]").fill(options[0]["text"] if rightly else "nothing at all")
            continue
        for number, option in enumerate(options):
            wanted = bool(option.get("correct")) if rightly else not option.get("correct")
            box = tool.locator(f"input[name={name}][value='{number}']")
            if question["kind"] == "multiple":
                box.set_checked(wanted)
            elif wanted:
                box.check()
                break


def test_a_learner_launches_learns_and_sees_the_grade_in_the_lms(demo, profile, picture):
    page = profile().new_page()
    tool = open_activity(page, demo.lms, "learner", MODULE)
    expect(tool.get_by_role("heading", level=1, name=MODULE, exact=True)).to_be_visible()
    picture(page, "01-launched")
    begin(tool)
    expect(tool.get_by_role("button", name="Mark as complete and continue")).to_be_visible()
    picture(page, "02-first-unit")
    questions, _ = wrong_and_right(tool)
    to_the_quiz(tool)
    answer(tool, questions, rightly=False)
    press(tool.get_by_role("button", name="Check my answers"))
    expect(tool.get_by_text(re.compile("The pass mark is"))).to_be_visible()
    picture(page, "03-quiz-failed")
    press(tool.get_by_role("link", name="Try the quiz again"))
    expect(tool.get_by_text(re.compile("The pass mark is"))).to_have_count(0)
    expect(tool.get_by_role("button", name="Check my answers")).to_be_visible()
    answer(tool, questions, rightly=True)
    press(tool.get_by_role("button", name="Check my answers"))
    expect(tool.get_by_text(re.compile("You passed")).first).to_be_visible()
    picture(page, "04-quiz-passed")
    finish(page, tool, picture)
    expect(tool.get_by_text("You have completed this module")).to_be_visible()
    expect(sent(page, tool)).to_be_visible()
    picture(page, "06-sent")
    page.goto(f"{demo.lms}/gradebook")
    cell = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=MODULE)).get_by_role("cell").first
    expect(cell).to_contain_text("100")
    expect(cell).to_contain_text("Completed")
    picture(page, "07-gradebook")
    tool = open_activity(page, demo.lms, "learner", MODULE)
    expect(tool.get_by_text("Sent to NIHR Learn (demo)").first).to_be_visible()
    picture(page, "08-launched-again")


def finish(page: Page, tool: FrameLocator, picture) -> None:
    """Go on from the passed quiz to the reflection, the last unit, and write it."""
    press(tool.get_by_role("link", name=re.compile("^(Next|Continue)")).last)
    box = tool.locator("textarea[name=text]")
    box.fill("I will ask at handover which patients could be offered a study.")
    picture(page, "05-reflection")
    press(tool.get_by_role("button", name="Save my reflection"))


def sent(page: Page, tool: FrameLocator):
    """The sentence that says what was sent; the page is loaded anew until the worker has been there."""
    sentence = tool.get_by_text(re.compile(r"^Sent to NIHR Learn \(demo\) on .*: 100 out of 100"))
    for _ in range(40):
        if sentence.count():
            break
        page.wait_for_timeout(250)
        press(tool.get_by_role("link", name="My progress"))
        expect(tool.get_by_role("heading", level=1, name="My progress")).to_be_visible()
        press(tool.get_by_role("link", name=MODULE).first)
        expect(tool.get_by_role("heading", level=1, name=MODULE, exact=True)).to_be_visible()
    return sentence.first


def test_a_second_launch_opens_where_the_learner_was(demo, profile):
    page = profile().new_page()
    page.goto(f"{demo.lms}/?as=3")
    title = "Where UK clinical research delivery is going"
    tool = open_activity(page, demo.lms, "learner", title)
    expect(tool.get_by_role("heading", level=1, name=title, exact=True)).to_be_visible()
    begin(tool)
    mark(tool)
    here = tool.get_by_role("heading", level=1).inner_text()
    tool = open_activity(page, demo.lms, "learner", title)
    expect(tool.get_by_role("heading", level=1, name=here, exact=True)).to_be_visible()


def test_a_facilitator_sees_no_more_than_the_role_gives(demo, profile, picture):
    page = profile().new_page()
    tool = open_activity(page, demo.lms, "facilitator", MODULE)
    expect(tool.get_by_role("heading", level=1, name=MODULE, exact=True)).to_be_visible()
    assert tool.get_by_text("Sent to").count() == 0
    for name in ("Moderate", "Authoring", "Admin", "People"):
        assert tool.get_by_role("link", name=name).count() == 0
    picture(page, "09-facilitator")
    page.goto(f"{demo.lms}/gradebook")
    assert "Farah" not in page.get_by_role("table").first.inner_text()


def test_third_party_cookies_really_are_blocked_in_these_profiles(demo, profile):
    """The guard of the journeys above: a cookie without Partitioned does not come back in the frame."""
    page = profile().new_page()
    page.goto(demo.lms)
    page.evaluate(
        """site => new Promise(done => { const frame = document.createElement('iframe'); frame.onload = done;
        frame.src = site + '/help'; document.body.append(frame) })""",
        demo.site,
    )
    frame = inside(page, demo.site)
    kept = frame.evaluate("() => { document.cookie = 'plain=1; SameSite=None; Secure'; return document.cookie }")
    assert "plain" not in kept
    kept = frame.evaluate(
        "() => { document.cookie = 'apart=1; SameSite=None; Secure; Partitioned'; return document.cookie }"
    )
    assert "apart" in kept


def test_the_frame_is_accessible_and_fits(demo, profile):
    page = profile().new_page()
    tool = open_activity(page, demo.lms, "learner", MODULE)
    expect(tool.get_by_role("heading", level=1)).to_be_visible()
    frame = inside(page, demo.site)
    assert axe.violations(frame) == []
    assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_full_window_opens_the_same_page_signed_in(demo, profile, picture):
    context = profile()
    page = context.new_page()
    tool = open_activity(page, demo.lms, "learner", MODULE)
    expect(tool.get_by_role("heading", level=1)).to_be_visible()
    with context.expect_page() as opened:
        tool.get_by_role("button", name=re.compile("Full window")).or_(
            tool.get_by_role("link", name=re.compile("Full window"))
        ).first.click()
    window = opened.value
    window.wait_for_load_state()
    expect(window.get_by_role("heading", level=1)).to_have_text(tool.get_by_role("heading", level=1).inner_text())
    expect(window.get_by_role("button", name="Sign out")).to_be_visible()
    assert "ticket" not in window.url
    picture(window, "10-full-window")


def test_the_next_person_on_a_shared_computer_ends_the_session_before(demo, profile):
    page = profile().new_page()
    tool = open_activity(page, demo.lms, "learner", MODULE)
    expect(tool.get_by_role("heading", level=1)).to_be_visible()
    left_open = page.context.new_page()
    left = open_activity(left_open, demo.lms, "learner", "Frontline community")
    expect(left.get_by_role("heading", level=1)).to_contain_text("Amina")
    tool = open_activity(page, demo.lms, "facilitator", "Frontline community")
    expect(tool.get_by_role("heading", level=1)).to_contain_text("Farah")
    left.get_by_role("link", name="My progress").click()
    expect(left.get_by_role("heading", level=1)).to_be_visible()
    assert "Amina" not in left.locator("body").inner_text()
