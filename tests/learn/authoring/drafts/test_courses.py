"""The course editor and the usage page, in the browser's forms."""

import pytest
from sqlalchemy import select, text

from courses.catalogue import Course, CourseModule
from courses.learning import usage
from courses.learning.models import Enrolment
from learn.audit import AuditEntry
from tests.modules import make_module


@pytest.fixture
def modules(session, folder):
    """Three published modules."""
    made = [make_module(session, folder, slug=slug, title=f"Module {slug}") for slug in ("a", "b", "c")]
    session.commit()
    return made


@pytest.fixture
def course(author, modules, session):
    """A course of the first two."""
    author.get("/authoring/courses/new")
    author.follow("/authoring/courses/new", {"title": "A pathway", "summary": "Both."})
    for made in modules[:2]:
        author.follow("/authoring/courses/a-pathway/modules", {"module": made.id})
    return "/authoring/courses/a-pathway"


def order(session):
    session.rollback()
    return session.scalars(select(CourseModule.module_id).order_by(CourseModule.position)).all()


def test_a_course_is_made_and_shown_to_learners_once_it_has_a_module(author, member, modules, session):
    author.get("/authoring/courses/new")
    page = author.post("/authoring/courses/new", {"title": " ", "summary": "Kept"}, status=422)
    assert "Enter a title" in page.words and "Kept" in page.words
    page = author.follow("/authoring/courses/new", {"title": "A pathway"})
    assert "Learners see this course once it has a required module." in page.words
    member.get("/courses/a-pathway", 404)
    author.follow("/authoring/courses/a-pathway/modules", {"module": modules[0].id})
    assert member.get("/courses/a-pathway").h1 == "A pathway"
    assert "A pathway" in member.get("/learn").words
    assert "A pathway" in author.get("/authoring/courses").words


def test_modules_move_are_counted_or_not_and_are_removed(author, course, modules, session):
    a, b = modules[0].id, modules[1].id
    page = author.get(course)
    assert [strong.get_text() for strong in page.select(".what > strong")] == ["Module a", "Module b"]
    author.follow(f"{course}/modules/{a}", {"to": "down"})
    assert order(session) == [b, a]
    page = author.follow(f"{course}/modules/{a}", {"to": "spare"})
    assert "Optional: the course does not count it" in page.words
    author.follow(f"{course}/modules/{b}", {"to": "remove"})
    assert order(session) == [a]
    page = author.post(f"{course}/modules/{b}", {"to": "up", "csrf_token": author.get(course).csrf_token}, status=409)
    assert "This module is not in the course any more." in page.words
    author.get(course)
    author.post(f"{course}/modules/{a}", {"to": "sideways"}, status=404)


def test_a_module_is_found_by_words_and_added_once(author, course, modules, session):
    assert [o.get_text() for o in author.get(course).select("#module option")] == ["Choose a module", "Module c"]
    assert "No published module was found with these words" in author.get(f"{course}?q=100%25").words
    author.get(f"{course}?q=MODULE C")
    page = author.post(f"{course}/modules", {"module": ""}, status=422)
    assert "Choose a module to add" in page.words
    page = author.post(f"{course}/modules", {"module": modules[0].id}, status=409)
    assert "This module is in the course already." in page.words
    assert len(order(session)) == 2


def test_removing_a_module_keeps_what_learners_did(author, course, member, modules, session):
    member.get("/modules/a/units/1")
    member.post("/modules/a/units/1")
    author.get(course)
    author.follow(f"{course}/modules/{modules[0].id}", {"to": "remove"})
    session.rollback()
    assert session.scalar(select(Enrolment.done_count)) == 1


def test_a_slug_is_made_once_and_never_again(author, course, session):
    author.get(course)
    author.follow(course, {"title": "Another name", "summary": ""})
    author.get("/authoring/courses/new")
    author.post("/authoring/courses/new", {"title": "A pathway"})
    author.get("/authoring/courses/new")
    author.post("/authoring/courses/new", {"title": "New"})
    session.rollback()
    assert session.scalars(select(Course.slug).order_by(Course.id)).all() == ["a-pathway", "a-pathway-2", "new-course"]


def test_each_change_of_a_course_is_in_the_trail(author, course, session):
    session.rollback()
    found = session.execute(select(AuditEntry.action, AuditEntry.details).order_by(AuditEntry.id)).all()
    said = [(row.action, row.details.get("act")) for row in found if row.action.startswith("course.")]
    assert said == [("course.made", None), ("course.changed", "add"), ("course.changed", "add")]


def test_only_authors_see_courses_and_usage(member, modules):
    for path in ("/authoring/courses", "/authoring/courses/new", "/authoring/modules/a/usage"):
        member.get(path, 403)


def test_usage_says_how_many_and_nobodys_name(author, course, member, modules, session):
    member.get("/modules/a/units/1")
    member.post("/modules/a/units/1")
    page = author.get("/authoring/modules/a/usage")
    assert [cell.get_text() for cell in page.select("tbody tr")[0].select("td")] == ["Published", "1", "0", "None yet"]
    assert [cell.get_text() for cell in page.select("tbody tr")[1].select("td")] == ["1", "1", "None"]
    assert "In the course A pathway , required" in page.words
    assert "Research Nurse" not in page.words
    assert "It is in no course" in author.get("/authoring/modules/c/usage").words
    author.get("/authoring/modules/none/usage", 404)


def test_usage_reads_no_statement_and_begins_at_the_modules_enrolments(session, modules):
    asked = {"module_id": modules[0].id, "version_id": modules[0].version_id}
    for statement in (usage.VERSIONS, usage.UNITS):
        compiled = statement.compile(session.get_bind())
        assert "statement" not in str(compiled)
        if session.get_bind().dialect.name == "sqlite":
            plan = [row.detail for row in session.execute(text(f"EXPLAIN QUERY PLAN {compiled}".replace("?", "1")))]
            scans = [line for line in plan if line.startswith("SCAN") and "TEMP" not in line]
            assert not scans, (plan, asked)
