"""What notices say: names looked up when they are shown, and words for everything."""

from types import SimpleNamespace

import pytest
from sqlalchemy import insert, select

from courses.catalogue import Theme
from courses.db import now
from learn.accounts.by_email import mine
from learn.accounts.by_email.addresses import parse
from learn.accounts.by_email.models import EmailAddress
from learn.notifications import kinds
from learn.notifications.kinds import KINDS
from tests.learn.lti.platform import Platform, connect
from tests.people import make_user


@pytest.fixture
def themes(session):
    for position, slug in enumerate(("culture", "benefit", "care"), 1):
        row = {"slug": slug, "title": slug.capitalize(), "summary": "", "position": position}
        session.execute(insert(Theme), row)


def said(session, user_id, kind, **facts):
    return kinds.said(session, user_id, [SimpleNamespace(kind=kind, facts=facts)])[0]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_words_also_without_any_facts(session, kind):
    words = said(session, 0, kind)
    assert words.endswith(".") and "{" not in words and "None" not in words
    assert KINDS[kind].label[0].isupper() and len(kind) <= 40


@pytest.mark.parametrize(
    "slugs, words",
    [
        ([], "You are now a facilitator for all themes."),
        (["culture"], "You are now a facilitator for Culture."),
        (["care", "culture", "benefit"], "You are now a facilitator for Care, Culture and Benefit."),
        (["culture", "gone"], "You are now a facilitator for Culture."),
        (["gone"], "You are now a facilitator."),
    ],
)
def test_a_facilitator_reads_which_themes(session, themes, slugs, words):
    assert said(session, 1, "role_granted", role="facilitator", themes=slugs) == words


@pytest.mark.parametrize("role, words", [("author", "an author"), ("administrator", "an administrator")])
def test_other_roles_are_named_without_themes(session, role, words):
    assert said(session, 1, "role_granted", role=role, themes=[]) == f"You are now {words}."
    assert said(session, 1, "role_revoked", role=role) == f"You are not {words} any more."


def test_a_platform_is_called_as_it_is_called_now(session):
    assert "linked with a learning platform." in said(session, 1, "linked", platform=7)
    number = connect(session, Platform())
    assert "linked with NIHR Learn." in said(session, 1, "linked", platform=number)
    assert "not linked with NIHR Learn any more" in said(session, 1, "unlinked", platform=number)


def test_an_address_is_named_to_its_owner_alone(session):
    owner, other = make_user(session), make_user(session)
    mine.add(session, owner.id, parse("amina@nhs.net"), now())
    number = session.scalar(select(EmailAddress.id))
    for kind in ("address_bounced", "address_due"):
        assert "amina@nhs.net" in said(session, owner.id, kind, address=number)
        words = said(session, other.id, kind, address=number)
        assert "amina" not in words and "one of your email addresses" in words


def test_a_kind_of_a_newer_version_breaks_no_page(session):
    assert said(session, 1, "something_new", x=1) == kinds.NO_WORDS
