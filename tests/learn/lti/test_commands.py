"""``frontline platform add`` and ``list``, and our own keys."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from sqlalchemy import select, update

from courses.db import now
from learn.app import create_app
from learn.audit import AuditEntry
from learn.extensions import db
from learn.lti import keys
from learn.lti.launching import platform_keys
from learn.lti.models import Deployment, Registration, ToolKey
from learn.web import writing

GIVEN = {
    "issuer": "https://lms.example", "client-id": "client-1", "auth-url": "https://lms.example/auth",
    "token-url": "https://lms.example/token", "jwks-url": "https://lms.example/jwks",
}  # fmt: skip


def run(app, *more, **changes):
    """Run ``platform add`` with usual options and some changed."""
    options = {**GIVEN, **{name.replace("_", "-"): value for name, value in changes.items()}}
    arguments = [f"--{name}={value}" for name, value in options.items() if value is not None]
    return app.test_cli_runner().invoke(args=["platform", "add", *arguments, *more])


def test_a_platform_is_added_and_the_values_to_copy_are_printed(app, session):
    result = run(app, "--name=NIHR Learn", "--deployment-id=1", "--deployment-id=2")
    assert result.exit_code == 0, result.output
    for path in ("/lti/login", "/lti/launch", "/lti/jwks.json"):
        assert f"http://frontline.localhost:5000{path}" in result.output
    row = session.execute(
        select(Registration.name, Registration.frame_origins, Registration.takes_new_deployments)
    ).one()
    assert row == ("NIHR Learn", ["https://lms.example"], False)
    assert session.scalars(select(Deployment.deployment_id).order_by(Deployment.id)).all() == ["1", "2"]
    assert session.scalars(select(AuditEntry.action)).all() == ["platform.added"]


def test_adding_a_platform_again_changes_it(app, session):
    first = json.loads(run(app, "--json", "--name=NIHR Learn").output)
    again = json.loads(run(app, "--json", "--deployment-id=7", jwks_url="https://lms.example/new").output)
    assert (first["is_new"], again["is_new"], again["id"]) == (True, False, first["id"])
    row = session.execute(select(Registration.name, Registration.jwks_url, Registration.version)).one()
    assert row == ("NIHR Learn", "https://lms.example/new", 2)
    assert session.execute(select(Registration.takes_new_deployments)).one() == (False,)
    run(app, "--deployment-id=7", "--deployment-id=8")
    session.rollback()
    assert session.scalars(select(Deployment.deployment_id).order_by(Deployment.id)).all() == ["7", "8"]


def test_without_a_deployment_the_first_launch_names_it_and_a_name_comes_from_the_issuer(app, session):
    assert run(app).exit_code == 0
    assert session.execute(select(Registration.name, Registration.takes_new_deployments)).one() == ("lms.example", True)


def test_a_database_that_is_not_migrated_is_one_clear_line(tmp_path):
    app = create_app({"FRONTLINE_DATA_DIR": str(tmp_path), "FRONTLINE_DATABASE_URL": f"sqlite:///{tmp_path}/empty"})
    with app.app_context():
        result = app.test_cli_runner().invoke(args=["platform", "list"])
        assert (result.exit_code, result.output.count("\n")) == (1, 1)
        assert "frontline db upgrade" in result.output
        db.engine.dispose()


def test_platforms_are_listed(app):
    run(app, "--deployment-id=1", "--name=NIHR Learn")
    runner = app.test_cli_runner()
    (row,) = json.loads(runner.invoke(args=["platform", "list", "--json"]).output)
    assert (row["name"], row["client_id"], row["deployment_ids"]) == ("NIHR Learn", "client-1", ["1"])
    assert "NIHR Learn" in runner.invoke(args=["platform", "list"]).output


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://lms.example/auth", "https://"),
        ("ftp://lms.example/", "not a web address"),
        ("nonsense", "not a web address"),
        ("http://[", "not a web address"),
        ("https://user@lms.example/", "not a web address"),
        ("https://10.0.0.5/auth", "private network"),
        ("https://192.168.1.1/auth", "private network"),
        ("https://169.254.169.254/latest", "private network"),
    ],
)
@pytest.mark.parametrize("option", ["auth_url", "token_url", "jwks_url"])
def test_an_address_that_must_not_be_called_is_refused(app, session, option, address, reason):
    result = run(app, **{option: address})
    assert result.exit_code == 1
    assert f"--{option.replace('_', '-')} {address}" in result.output
    assert reason in result.output
    assert session.scalars(select(Registration.id)).all() == []


@pytest.mark.parametrize(
    "address", ["http://lms.localhost:5001/auth", "http://127.0.0.1:5001/auth", "https://lms.localhost/"]
)
def test_in_development_this_machine_may_be_a_platform(app, address):
    assert run(app, auth_url=address, token_url=address, jwks_url=address).exit_code == 0


def test_in_production_this_machine_may_not_and_named_hosts_may(environment):
    more = {
        "FRONTLINE_ENV": "production", "FRONTLINE_BASE_URL": "https://frontline.example",
        "FRONTLINE_CONTENT_URL": "https://{label}.content.example", "FRONTLINE_PRIVATE_PLATFORMS": "10.0.0.5",
    }  # fmt: skip
    app = create_app({**environment, **more})
    with app.app_context():
        assert run(app, auth_url="http://lms.localhost:5001/auth").exit_code == 1
        assert run(app, auth_url="https://127.0.0.1/auth").exit_code == 1
        assert run(app, auth_url="https://10.0.0.5/auth").exit_code == 0
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("changes", [{"issuer": ""}, {"issuer": "é"}, {"client_id": "x" * 256}, {"client_id": "a\nb"}])
def test_identifiers_that_no_platform_may_send_are_refused(app, changes):
    assert run(app, **changes).exit_code == 1


def test_a_missing_option_is_named(app):
    result = run(app, jwks_url=None)
    assert result.exit_code == 2
    assert "--jwks-url" in result.output


def test_h1_our_key_set_has_every_key_and_may_be_kept_for_a_while(app, client):
    with writing() as session:
        keys.ensure_tool_key(session)
        keys.ensure_tool_key(session)
        retired = session.scalars(select(ToolKey.kid)).one()
        session.execute(update(ToolKey).values(retired_at=now()))
        newest = keys.add(session)
    answer = client.get("/lti/jwks.json")
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert {key["kid"] for key in answer.json["keys"]} == {retired, newest}
    for key in answer.json["keys"]:
        assert set(key) == {"kty", "kid", "alg", "use", "n", "e"}
    assert set(platform_keys.parse(answer.json)) == {retired, newest}


def test_what_is_signed_is_verified_by_our_key_set(app, client):
    with writing() as session:
        keys.ensure_tool_key(session)
    signing = keys.signing_key(db.session())
    public = platform_keys.parse(client.get("/lti/jwks.json").json)[signing.kid]
    public.verify(signing.key.sign(b"text", PKCS1v15(), SHA256()), b"text", PKCS1v15(), SHA256())
    assert keys.signing_key(db.session()).key is signing.key


def test_the_private_key_is_not_readable_in_the_database(app, session):
    with writing() as writer:
        keys.ensure_tool_key(writer)
    kept = session.scalars(select(ToolKey.private_pem)).one()
    assert "PRIVATE" not in kept
    assert "BEGIN PRIVATE KEY" in keys.unseal(kept)


def test_another_secret_key_cannot_open_what_was_sealed_and_says_so(app, environment):
    sealed = keys.seal("text")
    other = create_app({**environment, "FRONTLINE_SECRET_KEY": "another key for tests, as long as the first one"})
    with other.app_context():
        with pytest.raises(keys.KeyMissing, match="FRONTLINE_SECRET_KEY"):
            keys.unseal(sealed)
        db.engine.dispose()


def test_without_a_key_the_way_to_make_one_is_named(app, session):
    with pytest.raises(keys.KeyMissing, match="frontline db upgrade"):
        keys.signing_key(session)
