"""One's notices and what of them goes by email: GET shows, POST acts, signed in or by the link of a mail."""

from datetime import timedelta

import pytest
from sqlalchemy import event, insert, select, update

from courses.db import now
from learn.accounts.by_email import mine
from learn.accounts.by_email.addresses import parse
from learn.accounts.models import Role, User
from learn.extensions import db
from learn.notifications import choices, notices
from learn.notifications.kinds import ACCOUNT, KINDS, RUNNING, WRITING
from learn.notifications.models import MailChoice, Notification
from tests.pages import PageClient
from tests.people import make_user, sign_in

HERE = "/me/notifications"


@pytest.fixture
def told(session, learner):
    notices.notify(session, learner.id, "merged", now())
    notices.notify(session, learner.id, "export_ready", now(), path="/me/addresses")
    session.commit()
    return [each.id for each in notices.listed(session, learner.id)[0]]


def unread(session):
    session.rollback()
    return session.scalar(select(User.unread))


def chosen(session):
    session.rollback()
    return {row.kind: row.is_wanted for row in session.execute(select(MailChoice.kind, MailChoice.is_wanted))}


def test_the_kinds_stand_under_headings(member, administrator):
    page = member.get(f"{HERE}/mail")
    groups = {each.select_one("legend").get_text(strip=True): each for each in page.select("fieldset")}
    assert list(groups) == [ACCOUNT, WRITING]
    under = [{box["value"] for box in each.select("input[name=kinds]")} for each in groups.values()]
    assert "merged" in under[0] and {"post_answered", "review_decided", "report_settled"} <= under[1]
    page = administrator.get(f"{HERE}/mail")
    assert [each.get_text(strip=True) for each in page.select("legend")] == [ACCOUNT, WRITING, RUNNING]


def test_without_notices_the_page_says_when_there_will_be_some(member):
    page = member.get(HERE)
    assert "You have no notices" in page.words and not page.select("main table, main form")
    assert not page.select(".top .bell")
    assert page.select_one(f'.rooms a[href="{HERE}"]')["aria-current"] == "page"


def test_the_header_counts_what_is_not_read_on_every_page(member, session, told):
    bell = member.get("/learn").select_one(f'.top a[href="{HERE}"]')
    assert " ".join(bell.get_text().split()) == "Notices (2 not read)"
    member.get(HERE)
    member.follow(f"{HERE}/{told[1]}/open")
    assert "Notices (1 not read)" in member.get("/learn").select_one(".top").get_text()


def test_looking_marks_nothing(member, session, told):
    for path in (HERE, f"{HERE}/mail", f"{HERE}?before={told[0]}", f"{HERE}?before=x"):
        member.get(path)
    for path in (f"{HERE}/{told[0]}/open", f"{HERE}/read"):
        member.get(path, 405)
    assert unread(session) == 2


def test_opening_one_marks_it_and_leads_to_its_page(member, session, told):
    page = member.get(HERE)
    form = page.select_one("tbody form")
    assert " ".join(form.get_text().split()).startswith("Open: The copy of your data is ready")
    assert member.post(form["action"]).headers["Location"] == "/me/addresses"
    assert unread(session) == 1
    member.get(HERE)
    member.post(form["action"])
    assert unread(session) == 1
    page = member.get(HERE)
    assert [bool(row.select_one(".state-tag")) for row in page.select("tbody tr")] == [False, True]


def test_one_without_a_page_is_only_marked(member, session, told):
    member.get(HERE)
    page = member.follow(f"{HERE}/{told[1]}/open")
    assert page.h1 == "Notices"
    row = page.select("tbody tr")[1]
    assert not row.select("form") and unread(session) == 1


def test_a_path_that_would_lead_elsewhere_leads_to_the_list(member, session, told):
    session.execute(update(Notification).values(path="//evil.example/"))
    session.commit()
    member.get(HERE)
    assert member.post(f"{HERE}/{told[0]}/open").headers["Location"] == HERE


def test_all_are_marked_by_one_press_but_not_what_came_since(member, session, learner, told):
    member.get(HERE)
    newest = member.page.select_one("input[name=newest]")["value"]
    notices.notify(session, learner.id, "merged", now())
    session.commit()
    page = member.follow(f"{HERE}/read", {"newest": newest})
    assert "2 notices marked as read" in page.words and unread(session) == 1
    newest = page.select_one("input[name=newest]")["value"]
    page = member.follow(f"{HERE}/read", {"newest": newest})
    assert not page.select("input[name=newest]") and unread(session) == 0


@pytest.mark.parametrize("newest", ["", "x", "-1", str(10**30)])
def test_wrong_input_breaks_nothing(member, session, told, newest):
    member.get(HERE)
    member.post(f"{HERE}/read", {"newest": newest})
    member.get(HERE)
    member.post(f"{HERE}/{10**25}/open", status=404)
    member.get(f"{HERE}?before={newest}")
    assert unread(session) in (0, 2)


def test_notices_of_others_are_nobodys(new_client, session, told):
    user = make_user(session)
    session.commit()
    other = sign_in(new_client(), user.id)
    assert "You have no notices" in other.get(HERE).words
    other.get("/me/addresses")
    page = other.post(f"{HERE}/{told[0]}/open", status=404)
    assert "not there any more" in page.words
    other.get("/me/addresses")
    other.post(f"{HERE}/read", {"newest": told[0]})
    assert session.scalars(select(Notification.read_at)).all() == [None, None]


def test_many_go_on_page_by_page(member, session, learner):
    row = {"user_id": learner.id, "kind": "merged", "facts": {}, "path": "/me", "created_at": now()}
    session.execute(insert(Notification), [row] * 45)
    session.commit()
    seen, path = [], HERE
    while path:
        page = member.get(path)
        seen += [form["action"] for form in page.select("tbody form")]
        path = (page.select_one("a[rel=next]") or {}).get("href")
    assert len(seen) == len(set(seen)) == 45
    assert "There are no older notices" in member.get(f"{HERE}?before=1").words


def test_the_page_costs_few_selects_however_many_notices_it_shows(member, session, learner):
    for number in range(15):
        notices.notify(session, learner.id, "linked", now(), facts={"platform": number})
    session.commit()
    member.get("/learn")
    spent = []
    event.listen(db.engine, "before_cursor_execute", note := lambda c, cur, statement, *rest: spent.append(statement))
    member.get(HERE)
    event.remove(db.engine, "before_cursor_execute", note)
    assert len([each for each in spent if each.startswith("SELECT")]) <= 3, spent


def test_what_goes_by_email_is_chosen_by_kind(member, session, learner):
    page = member.get(f"{HERE}/mail")
    boxes = {box["value"]: box.has_attr("checked") for box in page.select("input[name=kinds]")}
    assert boxes == {name: True for name, kind in KINDS.items() if kind.by_mail and not kind.is_for_administrators}
    page = member.follow(f"{HERE}/mail", {"kinds": ["merged", "linked"]})
    assert "Your choice is saved" in page.words
    assert {box["value"] for box in page.select("input[name=kinds][checked]")} == {"merged", "linked"}
    assert choices.wanted(session, learner.id) == {"merged", "linked", "join_request"}


def test_nothing_ticked_switches_all_off_and_what_was_not_offered_is_not_chosen(member, session, learner):
    member.get(f"{HERE}/mail")
    member.follow(f"{HERE}/mail", {"kinds": ["join_request", "address_bounced", "no_such_kind", "<b>"]})
    assert set(chosen(session).values()) == {False}
    assert not {"join_request", "address_bounced", "no_such_kind"} & set(chosen(session))


def test_administrators_are_asked_about_requests_too(app, session):
    user = make_user(session, roles=(Role.ADMINISTRATOR,))
    session.commit()
    page = sign_in(PageClient(app), user.id).get(f"{HERE}/mail")
    assert page.select("input[value=join_request]")


def test_the_page_says_where_email_goes(member, session, learner):
    assert "you have not confirmed an email address" in member.get(f"{HERE}/mail").words
    mine.add(session, learner.id, parse("amina@nhs.net"), now())
    session.commit()
    assert "They go to amina@nhs.net" in member.get(f"{HERE}/mail").words
    mine.mark_bounced(session, "amina@nhs.net", now())
    session.commit()
    assert "was refused" in member.get(f"{HERE}/mail").words


def test_an_anonymous_launch_has_no_notices(app, client):
    sign_in(client, None)
    client.get(HERE, 403)
    client.get(f"{HERE}/mail", 403)


@pytest.fixture
def link(app, learner):
    return f"/mail/stop/{choices.stop_token(learner.id, 'merged')}"


def press(client, path, status=200, **more):
    """As a mail program does: no cookie, no page before."""
    return client.http.post(path, base_url=client.base_url, **more)


def test_a_scanner_that_opens_the_link_stops_nothing(client, session, learner, link):
    for _ in range(3):
        page = client.get(link)
        assert page.h1 == "Stop these emails" and "Another account joined with yours" in page.words
        client.http.head(link, base_url=client.base_url)
    assert chosen(session) == {}
    assert page.response.headers["Referrer-Policy"] == "no-referrer"
    assert page.response.headers["Cache-Control"] == "no-store"


def test_the_button_stops_the_kind_signed_out_and_says_how_to_get_it_again(client, session, learner, link):
    form = client.get(link).select_one("main form")
    page = client.post(form["action"], status=200)
    assert page.h1 == "These emails are stopped"
    assert page.select_one(f'main a[href="{HERE}/mail"]')
    assert chosen(session) == {"merged": False}


def test_pressing_twice_is_fine_and_writes_once(client, session, learner, link):
    spent = []
    event.listen(db.engine, "before_cursor_execute", note := lambda c, cur, statement, *rest: spent.append(statement))
    for _ in range(3):
        answer = press(client, link, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200 and "Location" not in answer.headers
    event.remove(db.engine, "before_cursor_execute", note)
    assert len([each for each in spent if each.startswith("INSERT")]) == 1
    assert chosen(session) == {"merged": False}


def test_whoever_switches_it_on_again_can_be_stopped_again(member, client, session, learner, link):
    press(client, link)
    member.get(f"{HERE}/mail")
    member.follow(f"{HERE}/mail", {"kinds": ["merged"]})
    assert chosen(session)["merged"]
    press(client, link)
    assert not chosen(session)["merged"]


@pytest.mark.parametrize("token", ["x", "WzEsIm1lcmdlZCJd.x", "a" * 3000, "%00", "..%2f..%2fadmin", "%E2%98%83"])
def test_a_link_that_is_not_ours_says_so_and_changes_nothing(client, session, learner, token):
    page = client.get(f"/mail/stop/{token}", 404)
    assert "Copy the whole link" in page.words or token.startswith("..")  # which is no token at all
    assert press(client, f"/mail/stop/{token}").status_code == 404
    assert chosen(session) == {}


def test_a_changed_or_foreign_token_stops_nobody(client, session, learner, link, app):
    other = make_user(session)
    session.commit()
    payload, _, signature = link.removeprefix("/mail/stop/").rpartition(".")
    forged = choices.stop_token(other.id, "merged").rpartition(".")[0]
    for token in (f"{forged}.{signature}", f"{payload}.{signature[:-2]}", payload):
        assert press(client, f"/mail/stop/{token}").status_code == 404
    app.config["FRONTLINE"] = type(app.config["FRONTLINE"])(
        **{**vars(app.config["FRONTLINE"]), "secret_key": "another" * 8}
    )
    assert press(client, link).status_code == 404
    assert chosen(session) == {}


def test_a_link_of_somebody_who_is_gone_is_answered_and_writes_nothing(client, session, learner, link):
    session.execute(update(User).values(erased_at=now()))
    session.commit()
    assert press(client, link).status_code == 200
    assert chosen(session) == {}


def test_a_link_from_before_two_accounts_were_joined_stops_the_present_one(client, session, learner, link):
    into = make_user(session)
    session.execute(update(User).where(User.id == learner.id).values(merged_into_id=into.id))
    session.commit()
    press(client, link)
    session.rollback()
    assert session.execute(select(MailChoice.user_id, MailChoice.is_wanted)).all() == [(into.id, False)]


def test_a_suspended_person_can_stop_mail_too(client, session, learner, link):
    session.execute(update(User).values(suspended_until=now() + timedelta(days=9)))
    session.commit()
    press(client, link)
    assert chosen(session) == {"merged": False}


def test_a_big_body_is_refused(client, session, learner, link):
    answer = press(client, link, data=b"x" * 5000, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 413 and chosen(session) == {}


def test_the_link_signs_nobody_in_and_shows_nothing_of_the_person(client, session, learner, link):
    text = client.get(link).words + client.post(link, status=200).words
    assert learner.name not in text
    client.get("/me", 303)
