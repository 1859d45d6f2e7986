"""What the public gets of a story: what its author and a facilitator opened to anyone, and no word more."""

import pytest
from sqlalchemy import update

from learn.accounts.models import Role
from learn.stories.models import Story
from tests.pages import alone
from tests.people import make_user, sign_in
from tests.stories import make_story, revise, told


def ask(browser, path):
    return alone(browser.http.get)(path, base_url=browser.base_url)


def test_a_version_that_was_for_members_is_not_opened_by_a_later_one(session, client, member):
    made = make_story(session, fields={"title": "With everybody named", "wants_public": False})
    revise(session, made.id, told(title="For anyone", wants_public=True), n=2)
    session.execute(update(Story).where(Story.id == made.id).values(is_public=True, title="For anyone"))
    session.commit()
    assert client.get(made.path).h1 == "For anyone"
    answer = ask(client, f"{made.path}/v1")
    assert answer.status_code == 303 and "/sign-in" in answer.headers["Location"]
    assert "everybody named" not in answer.text
    assert member.get(f"{made.path}/v1").h1 == "With everybody named"
    assert client.get(f"{made.path}/v2").h1 == "For anyone"


@pytest.mark.parametrize(("act", "is_read"), [("remove", True), ("redact", False)])
def test_the_public_reads_the_note_to_an_author_only_where_the_facilitator_was_told_so(
    session, client, new_client, learner, act, is_read
):
    made = make_story(session, author_id=learner.id, is_public=True, fields={"wants_public": True})
    helen = make_user(session, "Helen Marsh", roles=(Role.FACILITATOR,))
    session.commit()
    desk = sign_in(new_client(), helen.id)
    desk.get("/moderation")
    page = desk.follow(f"/moderation/about/story/{made.id}")
    assert "If you remove it, readers see your note to the author at its link." in page.words
    given = {"act": act, "reason": "patient", "words": "You tell of the porter on ward 7.", "version": 1}
    desk.post(page.select_one("form[novalidate]")["action"], given)
    answer = ask(client, made.path)
    assert answer.status_code == 410
    assert ("ward 7" in answer.text) is is_read
    assert "ward 7" in sign_in(new_client(), learner.id).get(f"/stories/{made.id}/status").words
