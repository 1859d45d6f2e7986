"""A module that is published anew while somebody is in it: left alone, offered, required; and one that is retired."""

import pytest
from sqlalchemy import insert, select, update

from courses.catalogue import Module, ModuleVersion, Switch, Unit, VersionState
from courses.learning.models import Enrolment
from learn.outbox.models import OutboxItem
from tests.learn.passback import conftest as passback
from tests.modules import PAGES, QUIZ, make_module
from tests.people import make_user, sign_in

lms, link = passback.lms, passback.link
"A gradebook to report to."
CHANGED = {"01-why.md": PAGES["01-why.md"], "02-new.md": "# What is new\n\nText.", "03-check.md": QUIZ}


@pytest.fixture
def publish(session, folder):
    """Another version of the module, with what it means for those who are in it."""

    def made(policy, files=None, **more):
        version = make_module(session, folder, files or CHANGED)
        session.execute(
            update(ModuleVersion).where(ModuleVersion.id == version.version_id).values(switch=policy, **more)
        )
        session.commit()
        return version

    return made


@pytest.fixture
def reader(member, module):
    """Somebody who is in the module and did its first unit."""
    member.get(f"/modules/{module.slug}")
    member.follow(f"/modules/{module.slug}/start")
    member.follow(f"/modules/{module.slug}/units/1")
    return member


def version_of(session):
    session.rollback()
    return session.scalar(select(Enrolment.version_id))


def test_where_learners_stay_nothing_is_said(reader, module, publish, session):
    publish(Switch.STAY)
    page = reader.get(f"/modules/{module.slug}")
    assert "version" not in page.select_one("main").get_text()
    assert "has changed" not in page.words
    reader.get(f"/modules/{module.slug}/units/4")
    assert reader.get(f"/modules/{module.slug}/switch", 303).headers["Location"] == f"/modules/{module.slug}"
    assert version_of(session) == module.version_id


def test_who_has_not_begun_gets_the_new_version_and_no_word_of_the_old(member, module, publish):
    publish(Switch.MUST)
    assert "What is new" in member.get(f"/modules/{module.slug}").words


def test_an_offer_is_shown_with_what_changed_and_taken(reader, module, publish, session):
    second = publish(Switch.OFFER)
    page = reader.get(f"/modules/{module.slug}")
    assert "This module has changed" in page.words
    assert "Why people say no" in reader.get(f"/modules/{module.slug}/units/1").words, "and the old one still opens"
    page = reader.get(f"/modules/{module.slug}/switch")
    assert page.h1 == "This module has changed"
    said = page.select_one("main").get_text()
    assert "What is new" in said
    assert "How to ask" in said
    page = reader.follow(f"/modules/{module.slug}/switch", {"wish": "switch"})
    assert "You are on the new version" in page.words
    assert "1 of 3 units completed" in page.words
    assert version_of(session) == second.version_id
    assert "has changed" not in reader.get(f"/modules/{module.slug}").words


def test_who_stays_is_asked_again_only_of_a_still_newer_version(reader, module, publish, session):
    publish(Switch.OFFER)
    reader.get(f"/modules/{module.slug}")
    page = reader.follow(f"/modules/{module.slug}/switch", {"wish": "stay"})
    assert "has changed" not in page.words
    assert version_of(session) == module.version_id
    publish(Switch.OFFER, {**CHANGED, "04-more.md": "# More\n\nText."})
    assert "This module has changed" in reader.get(f"/modules/{module.slug}").words


@pytest.mark.parametrize("path", ["", "/units/1", "/units/4"])
def test_a_required_switch_comes_before_the_module_and_its_units(reader, module, publish, session, path):
    second = publish(Switch.MUST)
    assert reader.get(f"/modules/{module.slug}{path}", 303).headers["Location"] == f"/modules/{module.slug}/switch"
    page = reader.get(f"/modules/{module.slug}/switch")
    assert page.h1 == "This module has been replaced"
    assert [button.get_text() for button in page.select("main form .nhsuk-button")] == ["Go on with the new version"]
    assert version_of(session) == module.version_id, "a GET switches nobody"
    reader.get(f"/modules/{module.slug}/switch")
    reader.follow(f"/modules/{module.slug}/switch", {"wish": "switch"})
    assert version_of(session) == second.version_id


def test_nobody_stays_by_a_forged_wish_where_the_switch_is_required(reader, module, publish, session):
    publish(Switch.MUST)
    page = reader.get(f"/modules/{module.slug}/switch")
    reader.post(f"/modules/{module.slug}/switch", {"wish": "stay"})
    assert reader.get(f"/modules/{module.slug}", 303).headers["Location"].endswith("/switch")
    reader.post(f"/modules/{module.slug}/switch", {"wish": "else", "csrf_token": page.csrf_token}, status=400)


def test_a_switch_that_completes_the_module_is_told_to_the_platform(reader, module, publish, session, learner, link):
    """What the new version asks no more is not missing any more; the gradebook hears of it in the same transaction."""
    link(learner_id=learner.learner_id).want(module)
    assert session.scalars(select(OutboxItem.kind)).all() == []
    publish(Switch.OFFER, {"01-why.md": PAGES["01-why.md"]})
    reader.get(f"/modules/{module.slug}/switch")
    page = reader.follow(f"/modules/{module.slug}/switch", {"wish": "switch"})
    assert page.select_one("progress")["value"] == "100"
    session.rollback()
    assert session.scalars(select(OutboxItem.kind)).all() == ["score"]


def test_a_second_press_changes_nothing(reader, module, publish, session):
    second = publish(Switch.OFFER)
    reader.get(f"/modules/{module.slug}/switch")
    for _ in range(2):
        reader.post(f"/modules/{module.slug}/switch", {"wish": "switch"})
    assert version_of(session) == second.version_id


def test_tries_at_a_quiz_that_were_used_in_the_old_version_are_not_left_in_the_new(reader, module, publish, session):
    session.execute(update(Unit).where(Unit.id == module.units[2].id).values(max_attempts=2))
    session.commit()
    page = reader.get(f"/modules/{module.slug}/units/3")
    names = list(dict.fromkeys(tag["name"] for tag in page.select("main [name^=q]")))
    reader.post(f"/modules/{module.slug}/units/3", dict(zip(names, ("0", ["2"], "1", "7"), strict=True)))
    second = publish(Switch.OFFER, CHANGED)
    session.execute(update(Unit).where(Unit.id == second.units[2].id).values(max_attempts=2))
    session.commit()
    reader.get(f"/modules/{module.slug}/switch")
    reader.post(f"/modules/{module.slug}/switch", {"wish": "switch"})
    assert "You have 1 try left" in reader.get(f"/modules/{module.slug}/units/3").words


@pytest.fixture
def retired(module, session):
    session.execute(
        update(ModuleVersion).where(ModuleVersion.id == module.version_id).values(state=VersionState.RETIRED)
    )
    session.execute(update(Module).where(Module.id == module.id).values(current_version_id=None))
    session.commit()
    return module


def test_whoever_is_in_a_retired_module_finishes_it(reader, retired):
    page = reader.get(f"/modules/{retired.slug}")
    assert "1 of 4 units completed" in page.words
    reader.get(f"/modules/{retired.slug}/units/2")
    assert reader.follow(f"/modules/{retired.slug}/units/2").h1 == "Check what you know"


def test_to_anybody_new_a_retired_module_is_a_sentence(reader, retired, session, new_client):
    other = make_user(session, "Another Person")
    session.commit()
    browser = sign_in(new_client(), other.id)
    page = browser.get(f"/modules/{retired.slug}", 410)
    assert page.h1 == "This module is not open any more"
    assert "“A module” was taken out of use." in page.words
    assert page.select_one("main a[href='/learn']").text == "Choose another module"
    browser.get(f"/modules/{retired.slug}/units/1", 410)
    browser.post(f"/modules/{retired.slug}/start", {"csrf_token": page.csrf_token}, status=410)


def test_a_draft_is_no_more_there_than_a_module_that_never_was(member, module, session):
    row = {"slug": "draft", "theme_id": session.scalar(select(Module.theme_id)), "title": "Draft",
           "summary": "", "minutes": 1, "unit_count": 1, "position": 9, "origin": "author",
           "created_at": session.scalar(select(Module.created_at))}  # fmt: skip
    session.execute(insert(Module), row)
    session.commit()
    assert "Page not found" in member.get("/modules/draft", 404).words
