"""The command line that others rely on: what it prints, and how it ends."""

import json
import zipfile

import pytest
from sqlalchemy import func, select

from courses.catalogue import Module, ModuleVersion, Unit
from courses.db import now
from learn.accounts import people
from learn.accounts.by_email.addresses import parse
from learn.accounts.models import RoleGrant, User
from tests.modules import PAGES, WHOLE, make_theme
from tests.people import make_user


@pytest.fixture
def run(app, session):
    """Run a command of `frontline` in this test's site."""
    runner = app.test_cli_runner()

    def call(*arguments, code=0):
        session.rollback()
        result = runner.invoke(args=list(arguments))
        assert result.exit_code == code, result.output
        session.rollback()
        return result.output

    return call


def zipped(path, files):
    with zipfile.ZipFile(path, "w") as file:
        for name, content in files.items():
            file.writestr(name, content)
    return str(path)


def test_a_person_is_added_granted_listed_and_let_in(run, client, session):
    run("user", "add", "first@nhs.example", "--name", "First Administrator", "--role", "administrator")
    run("user", "grant", "first@nhs.example", "author")
    people = json.loads(run("user", "list", "--json"))
    assert people[0]["roles"] == ["administrator", "author"]
    assert people[0]["email"] == "first@nhs.example"
    address = run("user", "sign-in", "first@nhs.example").strip()
    client.get(address)
    client.follow(address)
    assert "Welcome, First" in client.get("/").words


def test_adding_somebody_twice_makes_one_person(run, session):
    run("user", "add", "one@nhs.example")
    run("user", "add", "One@nhs.example", "--name", "One Person", "--role", "author")
    assert session.scalar(select(func.count()).select_from(User)) == 1
    assert session.scalar(select(RoleGrant.role)).value == "author"


def test_whoever_proved_an_address_is_found_by_it_before_whoever_a_platform_says_has_it(run, session):
    at = now()
    make_user(session, "Said By A Platform", email="amina@nhs.net")
    owner = people.join(session, parse("Amina@nhs.net"), "Amina Nurse", at)
    session.commit()
    assert run("user", "grant", "amina+x@NHS.net", "author") == f"{owner} is now author.\n"
    assert json.loads(run("user", "list", "--json"))[1]["email"] == "Amina@nhs.net"


@pytest.mark.parametrize(
    "arguments", [("user", "sign-in", "nobody@nhs.example"), ("user", "grant", "7", "author"), ("module", "show", "x")]
)
def test_what_is_not_there_is_said_in_one_line(run, arguments):
    assert run(*arguments, code=1).startswith("Error: ")


def test_a_module_is_uploaded_and_published(run, session, tmp_path):
    make_theme(session)
    session.commit()
    told = json.loads(
        run("module", "upload", zipped(tmp_path / "m.zip", WHOLE), "--title", "Consent", "--publish", "--json")
    )
    assert told["accepted"] is True
    assert (told["format"], told["slug"], told["version"], told["questions"]) == ("markdown", "consent", 1, 4)
    assert [unit["kind"] for unit in told["units"]] == ["page", "page", "quiz", "reflection"]
    listed = json.loads(run("module", "list", "--json"))
    assert (listed[0]["slug"], listed[0]["version"], len(listed[0]["units"])) == ("consent", 1, 4)
    assert json.loads(run("module", "show", "consent", "--json")) == listed[0]


def test_a_refused_upload_ends_with_1_and_leaves_nothing(run, session, tmp_path):
    make_theme(session)
    session.commit()
    told = json.loads(run("module", "upload", zipped(tmp_path / "m.zip", {"../a.md": "x"}), "--json", code=1))
    assert told["accepted"] is False
    assert told["problems"][0]["code"] == "unsafe_name"
    for model in (Module, ModuleVersion, Unit):
        assert session.scalar(select(func.count()).select_from(model)) == 0


def test_a_file_that_is_not_there_is_refused_in_words(run, session, tmp_path):
    make_theme(session)
    session.commit()
    assert "no such file" in run("module", "upload", str(tmp_path / "none.zip"), code=1)


def test_a_draft_is_not_shown_until_it_is_published(run, session, tmp_path, member):
    make_theme(session)
    session.commit()
    path = zipped(tmp_path / "m.zip", PAGES)
    run("module", "upload", path, "--slug", "draft")
    member.get("/modules/draft", 404)
    run("module", "upload", path, "--slug", "draft", "--publish")
    member.get("/modules/draft")


def test_loading_the_community_twice_changes_nothing(run, session):
    assert "8 modules (8 new versions)" in run("community", "load")
    assert "8 modules (0 new versions)" in run("community", "load")
    assert session.scalar(select(func.count()).select_from(ModuleVersion)) == 8
    for module in json.loads(run("module", "list", "--json")):
        kinds = [unit["kind"] for unit in module["units"]]
        assert 4 <= len(kinds) <= 8, module["slug"]
        assert kinds.count("quiz") == 1
        assert "reflection" in kinds


def test_a_module_that_an_author_took_over_is_left_alone(run, session, tmp_path):
    run("community", "load")
    path = zipped(tmp_path / "m.zip", PAGES)
    run(
        "module",
        "upload",
        path,
        "--slug",
        "everyday-care",
        "--title",
        "Our own",
        "--theme",
        "clinical-care",
        "--publish",
    )
    run("community", "load")
    assert session.scalar(select(Module.title).where(Module.slug == "everyday-care")) == "Our own"


def test_models_and_database_agree(run):
    assert "agree" in run("db", "check")


@pytest.mark.parametrize("command", [("web",), ("worker", "--once"), ("community", "load"), ("db", "check")])
def test_an_unmigrated_database_stops_the_start_with_one_line(tmp_path, command):
    from learn.app import create_app
    from tests import databases

    environ = {
        name: value for name, value in databases.environment(tmp_path).items() if name != "FRONTLINE_DATABASE_URL"
    }
    result = create_app(environ).test_cli_runner().invoke(args=list(command))
    assert result.exit_code == 1
    assert "frontline db upgrade" in result.output
    assert len(result.output.strip().splitlines()) == 1


@pytest.mark.parametrize("command", [("web",), ("worker", "--once"), ("db", "upgrade")])
def test_a_database_out_of_reach_stops_the_start_with_one_line(tmp_path, command):
    from learn.app import create_app
    from tests import databases

    environ = databases.environment(tmp_path, FRONTLINE_DATABASE_URL="postgresql+psycopg://nobody@127.0.0.1:1/none")
    result = create_app(environ).test_cli_runner().invoke(args=list(command))
    assert result.exit_code == 1
    assert "cannot be reached" in result.output
    assert len(result.output.strip().splitlines()) == 1
