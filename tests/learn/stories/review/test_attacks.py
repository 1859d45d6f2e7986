"""Stories under attack, and in careless hands: patient numbers, what is out of sight, markup, sizes, twice at once."""

import json

import pytest
from sqlalchemy import insert, select, update

from courses.db import now
from learn.accounts.models import Role, RoleGrant
from learn.discussion import rules
from learn.moderation.models import ReviewItem
from learn.stories.around import Adoption, StoryNumber
from learn.stories.models import Story, StoryState
from learn.stories.review import deciding, keeping, withdrawing
from learn.stories.writing import accepting
from tests.everywhere import places
from tests.learn.stories.review.conftest import APPROVAL
from tests.learn.stories.review.making import add_picture, filled, make_draft, row
from tests.learn.stories.writing.conftest import form_of
from tests.pages import alone
from tests.people import make_user, sign_in
from tests.stories import make_story

S = StoryState
NUMBER = "999 000 0018"


@pytest.fixture
def as_(app, new_client):
    return lambda user: sign_in(new_client(), user.id if user is not None else None)


def ask(browser, method, path, **data):
    """Any request with a token, whatever page was open; the plain response."""
    if method == "POST" and browser.page is None:
        browser.get("/help")
    if method == "POST" and not browser.page.tokens:
        browser.get("/me")
    token = {"csrf_token": browser.page.csrf_token} if method == "POST" else {}
    return alone(browser.http.open)(
        path, method=method, base_url=browser.base_url, data={**data, **token} if method == "POST" else None
    )


@pytest.mark.parametrize("name", ["999+000+0018.png", "999;000;0018.pdf", "999#000#0018.csv", "999_000_0018.png", "9990000018.jpg",
                                  "999&000&0018.docx", "NHS=999=000=0018.png", "a.999 000 0018.png", "999!000!0018.png"])  # fmt: skip
def test_no_files_name_has_a_patient_number(name):
    kept = accepting.named(name, "png", "picture")
    assert "0018" not in kept, kept


def test_a_private_draft_is_no_facilitators_business(session, author, facilitator, as_):
    number = make_draft(session, author.id, filled(title="A private title", problem="Private words"))
    add_picture(session, number, name="private.png", alt="Private alt")
    session.commit()
    desk = as_(facilitator)
    answer = ask(desk, "POST", f"/moderation/about/story/{number}")
    assert answer.status_code == 404, answer.headers.get("Location")
    for path in ("status", "write", "preview", "draft.md", "delete", "withdraw"):
        answer = ask(desk, "GET", f"/stories/{number}/{path}")
        assert answer.status_code in (403, 404), path
        assert "rivate title" not in answer.text, path
    assert session.scalar(select(ReviewItem.id)) is None


def test_a_passage_that_is_taken_out_is_nowhere_any_more(session, author, facilitator, story_in):
    words = "Janet Brownlow"
    number = story_in(S.PUBLISHED, filled(title=f"How {words} helped", summary=f"By {words}.", problem=f"{words} said so.",
                                          tags=[words]))  # fmt: skip
    session.commit()
    keeping.mask(session, number, facilitator.id, now(), {"passage": words, "words": "Out"})
    session.commit()
    assert places(session, words) | places(session, "janet-brownlow") | places(session, "janet brownlow") == set()


def test_a_story_that_is_erased_leaves_no_word(session, author, facilitator, story_in):
    words = "Unmistakable"
    number = story_in(S.PUBLISHED, filled(title=f"How {words} helped", summary=f"By {words}.", problem=f"{words} said so.",
                                          tags=[words]))  # fmt: skip
    session.commit()
    keeping.redact(session, number, facilitator.id, now(), {"words": "Out"})
    session.commit()
    assert places(session, words) | places(session, words.lower()) == set()


def test_visitors_get_nothing_of_a_story_for_members(session, client, learner):
    made = make_story(session, fields={"title": "Onlymembers title"}, files=[{"name": "a.png"}])
    session.commit()
    for path in (
        "",
        "/v1",
        "/versions",
        "/cite/bibtex",
        "/cite/csl-json",
        "/cite/vancouver",
        "/tried",
        "/tried/mine",
        "-some-words",
    ):
        answer = alone(client.http.get)(made.path + path, base_url=client.base_url)
        assert answer.status_code in (301, 303), path
        assert "Onlymembers" not in answer.text
    for path in (
        "/",
        "/stories",
        "/stories?q=onlymembers",
        "/search?q=onlymembers",
        "/stories.rss",
        f"/report/story/{made.id}",
        "/s/files/1/a.png",
    ):
        answer = alone(client.http.get)(path, base_url=client.base_url)
        assert answer.status_code in (200, 303, 404), path
        assert "Onlymembers" not in answer.text, path


@pytest.mark.parametrize("state", [S.RETRACTED, S.WITHDRAWN, S.ARCHIVED])
def test_visitors_are_not_told_why_a_story_for_members_went(session, story_in, client, state):
    number = story_in(state, published=True)
    answer = alone(client.http.get)(f"/s/{row(session, number).reference}", base_url=client.base_url)
    assert "It was wrong" not in answer.text
    assert answer.status_code == 303


def test_members_get_nothing_of_a_hidden_story(session, as_, author, other, facilitator, story_in):
    number = story_in(S.PUBLISHED, filled(wants_public=True, title="Hiddenly told"))
    withdrawing.hide(session, number, facilitator.id, now())
    session.execute(update(Story).where(Story.id == number).values(is_public=True))
    session.commit()
    reference = row(session, number).reference
    for browser in (as_(other), as_(None)):
        for path in ("", "/v1", "/versions", "/cite/ris", "/tried", "/tried/mine"):
            answer = ask(browser, "GET", f"/s/{reference}{path}")
            assert answer.status_code in (403, 404), path
            assert "Hiddenly" not in answer.text
        for path in (
            "/stories",
            "/stories?q=hiddenly",
            "/search?q=hiddenly",
            "/stories.rss",
            f"/report/story/{number}",
            "/forum",
        ):
            assert "Hiddenly" not in ask(browser, "GET", path).text, path
        for path in ("thank", "first", "tried/mine", "tried/remove"):
            assert ask(browser, "POST", f"/s/{reference}/{path}").status_code in (403, 404), path


def test_what_is_anothers_cannot_be_touched(session, as_, author, other, facilitator, story_in):
    number = story_in(S.PUBLISHED)
    draft = make_draft(session, author.id)
    session.commit()
    before = (row(session, number), row(session, draft))
    for person in (other, facilitator, None):
        browser = as_(person)
        for one in (number, draft):
            for path in (
                "write",
                "delete",
                "answers",
                "change",
                "drop",
                "withdraw",
                "save",
                *(("confirm",) if person is not facilitator else ()),
            ):
                answer = ask(
                    browser, "POST", f"/stories/{one}/{path}", version=str(row(session, one).version), act="send"
                )
                assert answer.status_code in (403, 404, 405, 409), (path, answer.status_code)
    session.rollback()
    assert (row(session, number), row(session, draft)) == before


def test_huge_and_odd_numbers_are_answered_in_words(session, as_, author, facilitator, story_in, learner):
    number = story_in(S.CHANGES_REQUESTED)
    made = make_story(session)
    rules.accept(session, learner.id, now())
    session.commit()
    mine, member, desk = as_(author), as_(learner), as_(facilitator)
    big = "9" * 22
    assert ask(mine, "POST", f"/stories/{number}/answers", **{f"answer.{big}": "x"}).status_code in (303, 404, 422)
    for path in ("change", "drop", "withdraw", "confirm"):
        assert ask(mine, "POST", f"/stories/{number}/{path}", version=big).status_code in (403, 409, 422), path
    for query in (big, f"-{big}", "x", "-1"):
        for path in (f"{made.path}/tried?before={query}", f"{made.path}/v{query}", f"/stories?after={query}", f"/search?q=a&after={query}",
                     f"/search?q=study&kind=story&order=newest&after={query}", f"/stories?q=study&after={query}", f"/s/files/{query}/x",
                     f"/topics/{made.topic_id}?page={query}", f"{made.path}?page={query}",
                     f"/forum/research-culture?after={query}-{query}"):  # fmt: skip
            assert ask(member, "GET", path).status_code < 500, path
        for path in (
            f"/moderation/decided?before={query}",
            f"/moderation?theme={query}&after={query}&urgency={query}&decided={query}",
        ):
            assert ask(desk, "GET", path).status_code < 500, path
    for path in ("first",):
        answer = ask(desk, "POST", f"{made.path}/{path}", position=big, until="9999-12-31", wish="first")
        assert answer.status_code < 500


NASTY = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}"


def test_markup_is_nothing_but_text_in_every_form_of_a_story(session, client, member):
    fields = {"title": NASTY[:90], "summary": NASTY, "tags": [NASTY[:40]], "organisation": NASTY, "department": NASTY, "time": NASTY,
              "authors": [{"name": NASTY, "role": NASTY, "orcid": "\"><script>alert(1)</script>"}], "steps": [NASTY], "tips": [NASTY],
              "problem": NASTY + " [a](javascript:alert(1)) <svg onload=alert(1)>", "quote": NASTY, "quote_who": NASTY, "quote_permission": True,
              "measures": [{"measure": NASTY, "before": "<b>", "after": NASTY, "unit": NASTY, "period": NASTY, "source": NASTY}],
              "studies": [NASTY], "references": [NASTY + " javascript:alert(1)"], "interests": NASTY, "funding": NASTY, "ai_use": NASTY}  # fmt: skip
    made = make_story(
        session,
        fields=fields,
        is_public=True,
        files=[{"name": 'x"><script>alert(1)</script>.png', "alt": NASTY, "caption": NASTY}],
    )
    session.commit()
    for browser in (client, member):
        for path in (made.path, f"{made.path}/v1", f"{made.path}/versions", "/stories", "/", "/search?q=alert", f"/report/story/{made.id}",
                     "/stories?tag=%3C/script%3E%3Cscript%3Ealert(1)"):  # fmt: skip
            text = alone(browser.http.get)(path, base_url=browser.base_url).text
            for bad in ("<script>alert", "<img src=x", "<svg onload", 'href="javascript', "49}"):
                assert bad not in text, (path, bad)
    import xml.etree.ElementTree as tree

    told = tree.fromstring(alone(client.http.get)("/stories.rss", base_url=client.base_url).data)
    assert told.find("channel/item/title").text == NASTY[:90]
    bib = alone(client.http.get)(f"{made.path}/cite/bibtex", base_url=client.base_url).text
    assert bib.count("\n}") == 1
    json.loads(alone(client.http.get)(f"{made.path}/cite/csl-json", base_url=client.base_url).text)


def test_somebodys_record_under_a_story_keeps_no_number_and_is_there_once(session, as_, learner):
    made = make_story(session)
    rules.accept(session, learner.id, now())
    session.commit()
    browser = as_(learner)
    form = {
        "organisation": "A hospital",
        "region": "wales",
        "since": "3 2026",
        "outcome": "worked",
        "words": "It works.",
        "is_sure": "y",
    }
    for field in ("organisation", "words"):
        for written in (NUMBER, "9990000018", "999.000.0018", "999&nbsp;000 0018"):
            assert (
                ask(browser, "POST", f"{made.path}/tried/mine", **{**form, field: f"Bed of {written}"}).status_code
                == 422
            )
    assert places(session, "0018") == set()
    for _ in range(2):
        assert ask(browser, "POST", f"{made.path}/tried/mine", **form).status_code == 303
        assert ask(browser, "POST", f"{made.path}/thank").status_code == 303
    session.rollback()
    found = session.execute(select(Story.adoption_count, Story.thanks_count).where(Story.id == made.id)).one()
    assert (found.adoption_count, len(session.scalars(select(Adoption.id)).all())) == (1, 1)
    assert found.thanks_count <= 1


def test_the_words_of_reports_withdrawals_answers_and_remarks_keep_no_number(
    session, as_, author, other, facilitator, story_in
):
    number = story_in(S.CHANGES_REQUESTED)
    public = story_in(S.PUBLISHED)
    mine, reader = as_(author), as_(other)
    from learn.stories.models import StoryRemark

    remark = session.scalar(select(StoryRemark.id))
    session.rollback()
    assert ask(mine, "POST", f"/stories/{number}/answers", **{f"answer.{remark}": f"He is {NUMBER}"}).status_code == 303
    assert (
        ask(
            mine,
            "POST",
            f"/stories/{number}/withdraw",
            version=str(row(session, number).version),
            reason=f"He is {NUMBER}",
        ).status_code
        == 303
    )
    session.rollback()
    assert ask(reader, "POST", f"/report/story/{public}", reason="other", words=f"He is {NUMBER}").status_code == 303
    assert places(session, "0018") == set()


def test_anonymous_launches_write_nothing(session, as_, story_in):
    made = make_story(session)
    session.commit()
    browser = as_(None)
    for path in ("/stories/new", "/stories/mine", f"{made.path}/tried/mine", "/rules/accept", f"/topics/{made.topic_id}/write",
                 "/forum/research-culture/new", "/moderation", "/posts/1/edit", "/moderation/scan"):  # fmt: skip
        assert ask(browser, "GET", path).status_code == 403, path
    for path in ("/stories/new", f"{made.path}/tried/mine", f"{made.path}/tried/remove", f"{made.path}/thank", "/rules/accept",
                 f"/topics/{made.topic_id}/posts", f"/topics/{made.topic_id}/follow", "/forum/research-culture/new", "/posts/1/thank"):  # fmt: skip
        assert ask(browser, "POST", path).status_code == 403, path
    for path in (
        "/forum",
        "/forum/research-culture",
        made.path,
        f"{made.path}/tried",
        f"/report/story/{made.id}",
        "/stories",
        "/search?q=village",
    ):
        assert ask(browser, "GET", path).status_code == 200, path


def test_no_form_is_taken_without_its_token(app, as_, learner):
    browser = as_(learner)
    rooms = ("stories.", "discussion.", "forum.", "moderation.", "search.")
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith(rooms) and "POST" in rule.methods:
            with app.test_request_context():
                path = rule.build({name: "x" if name in ("told", "kind", "slug") else 1 for name in rule.arguments})[1]
            answer = alone(browser.http.post)(path, base_url=browser.base_url, data={"act": "post"})
            assert answer.status_code in (400, 403), (rule.rule, answer.status_code)


def test_undoing_an_approval_leaves_the_number_in_the_draft_alone(session, author, facilitator, story_in):
    fields = filled(
        title=f"Bay {NUMBER}", summary=f"NHS number {NUMBER}", tags=[f"nhs {NUMBER}"], problem=f"NHS number {NUMBER}"
    )
    number = story_in(S.SUBMITTED, fields)
    done = deciding.approve(session, number, facilitator.id, now(), {**APPROVAL, "held": "show"})
    deciding.undo_approve(session, number, done.before, now())
    session.commit()
    assert places(session, "0018") == {"story_revision"}


def test_masked_or_erased_it_is_nowhere(session, author, facilitator, story_in):
    fields = filled(title=f"Bay {NUMBER}", summary=f"NHS number {NUMBER}", tags=[f"nhs {NUMBER}"], problem=f"NHS number {NUMBER}",
                    authors=[{"name": f"Sam {NUMBER}", "role": NUMBER, "orcid": ""}], quote=NUMBER, references=[NUMBER])  # fmt: skip
    number = story_in(S.SUBMITTED, fields)
    add_picture(session, number, name="board.png", alt="A board")
    deciding.approve(session, story_in(S.SUBMITTED, fields), facilitator.id, now(), {**APPROVAL, "held": "mask"})
    keeping.redact(session, number, facilitator.id, now(), {"words": "Out"})
    session.commit()
    assert places(session, "0018") == set()


def test_two_who_approve_at_once_publish_it_once(session, author, facilitator, story_in, as_):
    second = make_user(session, "Ruth Second", roles=(Role.FACILITATOR,))
    number = story_in(S.SUBMITTED)
    session.commit()
    item = session.execute(select(ReviewItem.id, ReviewItem.version).where(ReviewItem.target_id == number)).one()
    session.rollback()
    form = {**APPROVAL, "act": "approve", "version": str(item.version)}
    assert ask(as_(facilitator), "POST", f"/moderation/{item.id}", **form).status_code == 303
    answer = ask(as_(second), "POST", f"/moderation/{item.id}", **form)
    assert answer.status_code == 409
    assert "Clear and useful" in answer.text, "what was typed is still there"
    assert session.scalar(select(StoryNumber.last)) == 1


def test_words_of_a_decision_with_a_number_come_back_and_are_kept_nowhere(session, author, facilitator, story_in, as_):
    number = story_in(S.SUBMITTED)
    item = session.execute(select(ReviewItem.id, ReviewItem.version).where(ReviewItem.target_id == number)).one()
    session.rollback()
    desk = as_(facilitator)
    for act in ("ask", "reject", "approve"):
        form = {
            **APPROVAL,
            "act": act,
            "version": str(item.version),
            "words": f"He is {NUMBER}",
            "remark.problem": f"Is it {NUMBER}?",
        }
        assert ask(desk, "POST", f"/moderation/{item.id}", **form).status_code == 422
    form = {**form, "act": "ask", "words": "Please change it."}
    assert ask(desk, "POST", f"/moderation/{item.id}", **form).status_code == 303
    assert places(session, "0018") == set()


def test_nobody_decides_about_their_own(session, story_in, as_, facilitator, author):
    session.execute(insert(RoleGrant), {"user_id": author.id, "role": Role.FACILITATOR, "granted_at": now()})
    number = story_in(S.SUBMITTED)
    session.commit()
    item = session.execute(select(ReviewItem.id, ReviewItem.version).where(ReviewItem.target_id == number)).one()
    session.rollback()
    form = {**APPROVAL, "act": "approve", "version": str(item.version)}
    assert ask(as_(author), "POST", f"/moderation/{item.id}", **form).status_code == 403
    session.rollback()
    assert row(session, number).state is S.SUBMITTED


def test_the_record_runs_no_formula(session, story_in, as_, other, facilitator):
    public = story_in(S.PUBLISHED)
    assert ask(as_(other), "POST", f"/report/story/{public}", reason="other", words="=HYPERLINK(1)").status_code == 303
    text = ask(as_(facilitator), "GET", "/moderation/record.csv").text
    assert ",'=HYPERLINK(1)" in text and ",=HYPERLINK" not in text


ODD = {
    "huge": "words " * 100_000,
    "line": "x" * 10_000,
    "nul": "a\x00b\x0b\x1b",
    "quotes": ">" * 10_000,
    "turned": "\u202etxet",
    "surrogate": b"\xed\xa0\x80",
}


@pytest.mark.parametrize("kind", ODD)
def test_whatever_is_typed_into_a_story_is_answered_in_words(session, learner, as_, kind):
    rules.accept(session, learner.id, now())
    number = make_draft(session, learner.id)
    session.commit()
    browser = as_(learner)
    page = browser.get(f"/stories/{number}/write")
    form = form_of(page)
    typed = {name: ODD[kind] for name in form if name not in ("csrf_token", "saves", "act", "file_id")}
    more = (
        {f"steps.{n}": ODD[kind] for n in (1, 11, 99, 10**30)}
        | {f"measures.{n}.unit": ODD[kind] for n in (0, 5000)}
        | {"tags.x": "y"}
    )
    for act in ("save", "send", "preview", "add:steps", "drop:steps.9999999999999999999999", "drop:steps.x", "mask:steps.77", "mask:files.9.alt",
                "take:99999999999999999999", "up:x", "mask:measures.0.zzz", "mask:declared.approver", "\x00",
                "mask:declared.x", "add:zz"):  # fmt: skip
        saves = form_of(browser.get(f"/stories/{number}/write"))["saves"]
        answer = ask(
            browser, "POST", f"/stories/{number}/write", **{**form, **typed, **more, "act": act, "saves": saves}
        )
        assert answer.status_code in (303, 404, 409, 413, 422), (act, answer.status_code)
        assert ask(browser, "GET", f"/stories/{number}/preview").status_code == 200
