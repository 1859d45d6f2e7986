"""One's own profile: asked for once on the home page, saved, put off, and whatever is typed into it."""

import pytest
from sqlalchemy import event, select

from learn.accounts import profile
from learn.accounts.models import User
from learn.extensions import db
from tests.people import sign_in

FULL = {
    "display_name": "Sam Reed", "profession": "Research nurse", "organisation": "Example Hospital",
    "region": "south-london", "setting": "acute",
}  # fmt: skip
ASKS = "Tell others who you are"


def kept(session, learner):
    session.rollback()
    return session.execute(select(*profile.COLUMNS).where(User.id == learner.id)).one()


def send(member, status=303, **told):
    member.get("/me/profile")
    return member.post("/me/profile", {**FULL, **told}, status)


def test_home_asks_until_the_profile_is_saved(member, session, learner):
    page = member.get("/")
    assert ASKS in page.words
    assert page.select_one(".ask a")["href"] == "/me/profile"
    page = member.get("/me/profile")
    assert page.select_one("#display_name")["value"] == learner.name
    page = member.follow("/me/profile", FULL)
    assert "Your profile is saved" in page.words
    assert "Sam Reed, Research nurse, Example Hospital" in page.words
    assert page.select_one("#region option[selected]")["value"] == "south-london"
    assert ASKS not in member.get("/").words
    assert tuple(kept(session, learner))[1:6] == tuple(FULL.values())


def test_not_now_is_an_answer(member, session, learner):
    assert ASKS in member.get("/").words
    assert ASKS not in member.follow("/me/profile/later").words
    assert kept(session, learner).display_name == ""
    assert member.get("/me/profile").h1 == "Your profile"


def test_asking_costs_home_no_statement(member):
    def statements():
        spent = []

        def note(_c, _cur, statement, *_rest):
            spent.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        member.get("/")
        event.remove(db.engine, "before_cursor_execute", note)
        return len(spent)

    asked = statements()
    member.post("/me/profile/later")
    assert statements() == asked


def test_the_name_that_was_chosen_stands_at_the_top_and_leads_to_the_account(member):
    send(member)
    name = member.get("/learn").select_one("a.who")
    assert (name.text, name["href"]) == ("Sam Reed", "/me/profile")


def test_only_the_name_has_to_be_there(member, session, learner):
    send(member, profession="", organisation="", region="", setting="")
    assert tuple(kept(session, learner))[1:6] == ("Sam Reed", "", "", "", "")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"display_name": ""}, "Enter the name that others see"),
        ({"display_name": " \u200b\u202e "}, "Enter the name that others see"),
        ({"display_name": "12345 ..."}, "Enter the name that others see"),
        ({"display_name": "x" * 81}, "Enter your name in at most 80 letters"),
        ({"display_name": "<script>alert(1)</script>"}, "Enter your name without < and >"),
        ({"profession": "Nurse <b>"}, "Enter what you work as without < and >"),
        ({"organisation": "y" * 121}, "Enter where you work in at most 120 letters"),
        ({"display_name": "Sam 999 000 0018"}, "Take out what looks like this: NHS number"),
        ({"profession": "Nurse, call 07700 900123"}, "Take out what looks like this: phone number"),
        ({"organisation": "Ward 4, DOB 12/03/1950"}, "Take out what looks like this: date of birth"),
        ({"region": "atlantis"}, "Choose one from the list"),
        ({"setting": "moon"}, "Choose one from the list"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(member, session, learner, wrong, words):
    page = send(member, 422, **wrong)
    assert words in page.select_one(".nhsuk-error-summary").text
    assert page.title.text.startswith("Error: ")
    assert not page.select("main script")
    row = kept(session, learner)
    assert (row.display_name, row.profile_at) == ("", None)
    assert page.select_one("#profession")["value"] == wrong.get("profession", FULL["profession"])


def test_control_and_direction_characters_are_taken_out(member, session, learner):
    send(member, display_name="Sam\u202e  Reed\x07", organisation="Example\u2066 Hospital\u2069")
    row = kept(session, learner)
    assert (row.display_name, row.organisation) == ("Sam Reed", "Example Hospital")


def test_what_others_named_is_suggested_and_escaped(member, new_client, session, learner):
    send(member, organisation='Example "Royal" & Sons')
    page = member.get("/me/profile")
    names = [each["value"] for each in page.select("#organisations option")]
    assert 'Example "Royal" & Sons' in names and "NHS Scotland" in names
    assert page.select_one("#organisation")["list"] == "organisations"


def test_a_form_without_its_token_changes_nothing(member, session, learner):
    member.get("/me/profile")
    member.post("/me/profile", {**FULL, "csrf_token": "wrong"}, 400)
    assert kept(session, learner).profile_at is None


def test_an_anonymous_launch_has_no_profile_and_is_not_asked(client):
    sign_in(client, None, platform_name="NIHR Learn")
    page = client.get("/")
    assert ASKS not in page.words and page.select_one(".who") is None
    client.get("/me/profile", 403)
    client.post("/me/profile", FULL, 403)
    client.post("/me/profile/later", status=403)


def test_nobody_reads_it_without_coming_in(client):
    assert client.get("/me/profile", 303).headers["Location"].startswith("/sign-in")


def test_the_account_is_reached_from_the_foot_of_a_frame(member):
    page = member.get("/learn", headers={"Sec-Fetch-Dest": "iframe"})
    assert page.select_one(".who") is None
    assert page.select_one(".foot a[href='/me/profile']").text == "Your account"
