"""A teacher follows the learners of a course: who, which module, how far, sent or not; nobody else's."""

import csv
import io

import pytest
from sqlalchemy import event, insert, select, update

from courses.db import now
from courses.learning import enrolments
from learn.accounts.models import User
from learn.audit import AuditEntry
from learn.extensions import db
from learn.lti.members import CourseGroup, RosterEntry
from learn.lti.models import Context, Reports, ResourceLink
from learn.lti.roles import CONTEXT
from learn.outbox.models import OutboxItem
from learn.passback.models import Delivery, Score
from tests.learn.lti.platform import GONE, LTI, TOOL
from tests.pages import PageClient

TEACHER = {LTI + "roles": [f"{CONTEXT}#Instructor"], "sub": "t", "name": "Tess Teacher"}


@pytest.fixture
def target(module):
    return f"{TOOL}/modules/{module.slug}"


@pytest.fixture
def teacher(app, platform, target):
    browser = PageClient(app)
    platform.launch(browser, target=target, **TEACHER)
    browser.get("/progress")
    return browser


@pytest.fixture
def here(teacher, session):
    session.rollback()
    number = session.scalar(select(Context.id))
    session.rollback()
    return f"/progress/contexts/{number}"


@pytest.fixture
def lee(app, platform, target, teacher):
    """A learner of the course who opened the module."""
    browser = PageClient(app)
    platform.launch(browser, target=target)
    return browser


def entries(session, *names, **more):
    context = session.scalar(select(Context.id))
    session.rollback()
    row = {"context_pk": context, "email": None, "roles": ["Learner"], "is_learner": True, "is_active": True,
           "groups": [], "read_at": now(), **more}  # fmt: skip
    session.execute(insert(RosterEntry), [{**row, "sub": f"r{name}", "name": name} for name in names])
    session.commit()


def table(page):
    return [[" ".join(cell.get_text(" ").split()) for cell in row.select("th, td")] for row in page.select("tbody tr")]


def learners(page):
    return [row[0] for row in table(page) if len(row) == 5]


def test_a_teacher_has_a_menu_entry_and_a_list_of_courses(teacher, here):
    page = teacher.get("/progress")
    assert "My learners" in page.select_one("nav").get_text()
    assert page.select_one("tbody a")["href"] == here


def test_an_empty_course_says_what_comes(teacher, here):
    assert "No learner is known yet." in teacher.get(here).words


def test_how_far_each_learner_is_in_words_not_started_too(teacher, here, lee, session):
    entries(session, "Zoe Notyet")
    page = teacher.get(here)
    rows = table(page)
    assert [row[0] for row in rows[:2]] == ["Lee Learner", "Zoe Notyet"]
    assert rows[0][2] == "0 of 4 units, 0%"
    assert rows[1][2:5] == ["Not started", "Never", "Nothing to send"]


def test_whoever_left_is_hidden_until_asked_for(teacher, here, session):
    entries(session, "Gone Learner", is_active=False)
    assert learners(teacher.get(here)) == []
    assert learners(teacher.get(f"{here}?left=yes")) == ["Gone Learner Left"]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("state=not_started", ["Zoe Notyet"]),
        ("state=in_progress", ["Lee Learner"]),
        ("state=completed", []),
        ("state=needs_help", []),
        ("state=nonsense", ["Lee Learner", "Zoe Notyet"]),
        ("module=9999", ["Lee Learner", "Zoe Notyet"]),
        ("after=nonsense", ["Lee Learner", "Zoe Notyet"]),
    ],
)
def test_the_list_is_narrowed(teacher, here, lee, session, query, shown):
    entries(session, "Zoe Notyet")
    assert learners(teacher.get(f"{here}?{query}")) == shown


def test_h4_a_group_is_a_filter(teacher, here, session):
    context = session.scalar(select(Context.id))
    session.rollback()
    session.execute(insert(CourseGroup), {"context_pk": context, "group_id": 'g"%', "name": "Ward 1"})
    session.commit()
    entries(session, "Ina Group", groups=['g"%'])
    entries(session, "Out Side", groups=["other"])
    page = teacher.get(here)
    assert page.select("#group option")[1].get_text() == "Ward 1"
    assert learners(teacher.get(here, query_string={"group": 'g"%'})) == ["Ina Group"]


def fail(session, code="not_gradable"):
    session.rollback()
    session.execute(update(Score).values(state=Delivery.NEEDS_HELP, given=100, reached_at=now(), last_error=code))
    session.commit()


def test_what_could_not_be_sent_is_said_with_its_reason_and_sent_again(teacher, here, lee, session):
    fail(session)
    page = teacher.get(here)
    assert "1 result could not be sent to" in page.words
    assert "may not be enrolled as a learner" in page.words
    assert learners(teacher.get(f"{here}?state=needs_help")) == ["Lee Learner"]
    score = teacher.page.select_one("input[name=score]")["value"]
    page = teacher.follow(f"{here}/resend", {"score": score})
    assert "1 result is being sent again." in page.words
    session.rollback()
    assert session.scalar(select(Score.state)) is Delivery.QUEUED
    assert session.scalar(select(OutboxItem.key).where(OutboxItem.kind == "score")) == score
    line = session.execute(
        select(AuditEntry.actor_id, AuditEntry.details).where(AuditEntry.action == "passback.resent")
    )
    actor_id, details = line.one()
    assert (actor_id is not None, details["scores"]) == (True, 1)


def test_all_that_failed_is_sent_again_by_one_press(teacher, here, lee, session):
    fail(session)
    teacher.get(here)
    assert "1 result is being sent again." in teacher.follow(f"{here}/resend").words
    assert "Nothing had to be sent again." in teacher.follow(f"{here}/resend").words


def test_after_a_restore_every_result_is_sent_again_when_confirmed(teacher, here, lee, session):
    session.rollback()
    session.execute(update(Score).values(state=Delivery.SENT, given=100, accepted=100, reached_at=now()))
    session.commit()
    assert "1 result of Research Delivery Foundations will be sent" in teacher.get(f"{here}/resend-all").words
    assert "1 result is being sent again." in teacher.follow(f"{here}/resend-all").words
    session.rollback()
    assert session.execute(select(Score.state, Score.accepted)).one() == (Delivery.QUEUED, None)


def test_a_score_of_another_course_is_not_sent_from_here(teacher, here, lee, platform, app, target, session):
    fail(session)
    other = PageClient(app)
    elsewhere = {"context": {"id": "77", "title": "Elsewhere"}, "resource_link": {"id": "77"}, "ags": GONE}
    platform.launch(other, target=target, **TEACHER, **elsewhere)
    session.rollback()
    number = session.scalars(select(Context.id).order_by(Context.id.desc())).first()
    other.get(f"/progress/contexts/{number}")
    score = session.scalar(select(Score.id))
    session.rollback()
    page = other.follow(f"/progress/contexts/{number}/resend", {"score": score})
    assert "Nothing had to be sent again." in page.words


def test_the_list_of_members_is_read_again_by_a_press(teacher, here, session):
    page = teacher.follow(f"{here}/members")
    assert "is being read" in page.words
    session.rollback()
    assert "roster" in session.scalars(select(OutboxItem.kind)).all()


def test_why_the_members_could_not_be_read_is_said(teacher, here, session):
    session.execute(update(Context).values(roster_error="timeout", roster_tried_at=now()))
    session.commit()
    assert "The last try failed: The platform did not answer in time." in teacher.get(here).words
    session.execute(update(Context).values(memberships_url=None))
    session.commit()
    assert "offers no list of members" in teacher.get(here).words


def test_the_file_has_everybody_and_no_formula(teacher, here, lee, session):
    entries(session, "=cmd|'/c calc'!A1", *[f"Person {n:04}" for n in range(600)])
    answer = teacher.get(f"{here}.csv")
    text = answer.get_data(as_text=True)
    assert text.startswith("\ufeffLearner,")
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    assert len(rows) == 1 + 602
    assert rows[1][0] == "'=cmd|'/c calc'!A1"
    assert "learners-rdf.csv" in answer.headers["Content-Disposition"]
    narrowed = teacher.get(f"{here}.csv?state=in_progress").get_data(as_text=True)
    assert narrowed.count("\r\n") == 2


def test_a_long_list_goes_on_by_a_key_and_shows_each_learner_once(teacher, here, session):
    entries(session, *[f"Person {n:03} & co" for n in range(120)])
    seen, path = [], here
    while path:
        page = teacher.get(path)
        seen += learners(page)
        path = (page.select_one("a[rel=next]") or {}).get("href")
    assert seen == [f"Person {n:03} & co" for n in range(120)]


def statements(browser, path):
    spent = []

    def note(_c, _cur, statement, *_rest):
        spent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    browser.get(path)
    event.remove(db.engine, "before_cursor_execute", note)
    return len(spent)


def test_a_page_costs_the_same_however_many_learners(teacher, here, lee, session):
    few = statements(teacher, here)
    entries(session, *[f"Person {n:03}" for n in range(300)])
    assert statements(teacher, here) == few <= 12


def test_another_teacher_a_learner_and_nobody_see_nothing(app, teacher, here, lee, platform, target):
    other = PageClient(app)
    platform.launch(other, target=target, **{**TEACHER, "sub": "t2"}, context={"id": "99"}, resource_link={"id": "9"})
    other.get(here, 404)
    other.get(f"{here}.csv", 404)
    other.post(f"{here}/resend", status=404)
    other.post(f"{here}/members", status=404)
    lee.get("/")
    lee.get(here, 403)
    lee.get("/progress", 403)
    assert "My learners" not in lee.get("/").select_one("nav").get_text()
    PageClient(app).get(here, 303)


def test_a_teacher_who_is_a_learner_now_sees_the_course_no_more(teacher, here, platform, target, app):
    platform.launch(PageClient(app), target=target, **{**TEACHER, LTI + "roles": [f"{CONTEXT}#Learner"]})
    teacher.get(here, 404)


def test_an_administrator_sees_every_course(here, app, session):
    from learn.accounts.models import Role
    from tests.people import make_user, sign_in

    user = make_user(session, "Ada Administrator", roles=(Role.ADMINISTRATOR,))
    session.commit()
    sign_in(PageClient(app), user.id).get(here)


def test_a_test_user_is_marked(teacher, here, lee, session):
    session.execute(update(User).where(User.name == "Lee Learner").values(is_test=True))
    session.commit()
    assert learners(teacher.get(here)) == ["Lee Learner Test user"]


def test_a_linked_courses_modules_are_listed(app, platform, community, session):
    browser = PageClient(app)
    platform.launch(browser, target=f"{TOOL}/courses/frontline-research-engagement", **TEACHER)
    session.rollback()
    entries(session, "Lee Listed")
    number = session.scalar(select(Context.id))
    session.rollback()
    page = browser.get(f"/progress/contexts/{number}")
    assert len(learners(page)) == 8


def test_no_module_linked_yet_is_said(app, platform, session):
    browser = PageClient(app)
    platform.launch(browser, **TEACHER)
    session.rollback()
    number = session.scalar(select(Context.id))
    session.rollback()
    assert "No module is linked here yet" in browser.get(f"/progress/contexts/{number}").words


def test_a_completed_module_shows_as_completed(teacher, here, lee, session, module):
    session.rollback()
    learner = session.scalar(select(User.learner_id).where(User.name == "Lee Learner"))
    session.rollback()
    from courses.learning.models import Enrolment, Status

    enrolments.enrol(session, learner, module.id, now())
    session.execute(update(Enrolment).values(status=Status.COMPLETED, completed_at=now()))
    session.commit()
    assert table(teacher.get(here))[0][2] == "Completed"


@pytest.fixture
def settings(teacher, here):
    return teacher.get(here).select_one("a[href*='/links/']")["href"]


def chosen(session):
    session.rollback()
    columns = (ResourceLink.reports, ResourceLink.pass_mark, ResourceLink.wants_progress_item)
    return tuple(session.execute(select(*columns)).one())


def test_what_a_link_sends_is_shown_and_changed(teacher, here, lee, settings, session):
    page = teacher.get(settings)
    assert page.select_one("input[name=reports][checked]")["value"] == "completion"
    page = teacher.follow(settings, {"reports": "progress", "pass_mark": "60", "wants_progress_item": "y"})
    assert "This is what the link sends from now on." in page.words
    assert "Progress as it grows" in page.words
    assert chosen(session) == (Reports.PROGRESS, 60, True)
    kinds = session.scalars(select(OutboxItem.kind)).all()
    assert {"reports", "line_item"} <= set(kinds)
    assert session.scalar(select(AuditEntry.actor_id).where(AuditEntry.action == "link.changed")) is not None
    teacher.get(settings)
    teacher.post(settings, {"reports": "completion"})
    assert chosen(session) == (Reports.COMPLETION, None, False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"reports": "everything"},
        {"reports": ""},
        {"reports": "progress", "pass_mark": "0"},
        {"reports": "progress", "pass_mark": "101"},
        {"reports": "progress", "pass_mark": "x"},
    ],
)
def test_a_setting_that_cannot_be_is_refused_at_its_field(teacher, settings, session, wrong):
    teacher.get(settings)
    page = teacher.post(settings, wrong, 422)
    assert page.select_one(".nhsuk-error-summary a")
    assert chosen(session) == (Reports.COMPLETION, None, False)


def test_nobody_else_changes_what_a_link_sends(app, teacher, here, lee, settings, platform, target, session):
    lee.get("/")
    lee.post(settings, {"reports": "progress"}, 403)
    other = PageClient(app)
    platform.launch(other, target=target, **{**TEACHER, "sub": "t2"}, context={"id": "99"}, resource_link={"id": "9"})
    other.get("/")
    other.post(settings, {"reports": "progress"}, 404)
    other.get(settings, 404)
    session.rollback()
    assert set(session.scalars(select(ResourceLink.reports))) == {Reports.COMPLETION}


def test_a_link_of_another_course_is_not_there(teacher, here, settings):
    teacher.get(f"{here}/links/999", 404)
