"""Addresses of people who want to look like somebody else: none gives an account, and each is answered in words."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from learn.accounts.by_email import addresses, domains
from learn.accounts.by_email.addresses import NotAnAddress
from learn.accounts.by_email.forms import FORMAT, REFUSED
from learn.accounts.by_email.models import EmailAddress, EmailCode, JoinRequest
from learn.accounts.models import LoginSession, User
from learn.notifications.models import Mail

HOSTILE = json.loads((Path(__file__).parent / "hostile.json").read_text())
TRUSTED = ("nhs.net", "nhs.uk", "nihr.ac.uk", "nhs.scot")


def test_the_corpus_is_large_and_names_each_address_once():
    every = [address for group in HOSTILE.values() for address in group]
    assert len(every) == len(set(every)) >= 80


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_hostile_address_gives_an_account_or_a_mail(client, session, kind):
    client.get("/sign-in")
    for address in HOSTILE[kind]:
        page = client.post("/sign-in/code", {"email": address}, 422)
        error = page.select_one(".nhsuk-error-message").get_text()
        assert FORMAT in error or REFUSED in error, address
        assert page.select_one(".nhsuk-error-summary a")["href"] == "#email"
        assert (
            "Who may come in" in page.words and "NHS Scotland" in page.words and "help@frontline.example" in page.words
        )
        assert "-code=" not in page.response.headers.get("Set-Cookie", "")
    for model in (User, EmailAddress, EmailCode, JoinRequest, LoginSession, Mail):
        assert session.scalar(select(func.count()).select_from(model)) == 0, model


@pytest.mark.parametrize("address, key", [
    ("Amina.Nurse@NHS.net", "amina.nurse@nhs.net"), ("a+b+c@nhs.net", "a@nhs.net"), ("o'brien@trust.nhs.uk", "o'brien@trust.nhs.uk"),
    (" a@nhs.net\n", "a@nhs.net"), ("first_last-2@x.y.nhs.uk", "first_last-2@x.y.nhs.uk"), ("a@NIHR.AC.UK", "a@nihr.ac.uk"),
])  # fmt: skip
def test_ordinary_addresses_are_read(address, key):
    read = addresses.parse(address)
    assert read.key == key
    assert read.address == address.strip().rpartition("@")[0] + "@" + read.domain


TEXT = st.text(max_size=40) | st.text(alphabet="ab.@+'\"()[]%!\\ \n-_:,;<>xn\u0430\uff20\u2024", max_size=20)
LOCAL = st.text(alphabet="abcXYZ019._'+&=~-%!\"\\ (", min_size=1, max_size=20)
DOMAIN = st.sampled_from([*TRUSTED, "trust.nhs.uk", "evil.example"]) | st.text(alphabet="nhsukc.-@x\u0455", max_size=14)


@settings(max_examples=400, deadline=None, database=None)
@given(
    TEXT
    | st.builds(lambda *parts: "@".join(parts), LOCAL, DOMAIN)
    | st.builds(lambda *p: "".join(p), TEXT, st.just("@"), DOMAIN)
)
def test_whatever_is_typed_is_refused_or_a_plain_address(typed):
    try:
        read = addresses.parse(typed)
    except NotAnAddress:
        return
    assert read.address.isascii() and read.key.isascii() and read.address.isprintable()
    assert read.address.count("@") == read.key.count("@") == 1
    assert not set(read.address) & set(' "()<>[]\\,;:%!\r\n\t')
    assert read.domain == read.domain.lower() == read.address.partition("@")[2] == read.key.partition("@")[2]
    assert typed.strip().lower() == read.address.lower(), "what is sent to is what was typed"
    assert read.key == read.key.lower() and "+" not in read.key and not read.key.startswith("@")


@settings(max_examples=300, deadline=None, database=None)
@given(LOCAL, DOMAIN, st.sampled_from(["", "+ward", "+x+y"]), st.booleans())
def test_case_and_tag_make_no_second_address_and_reading_twice_changes_nothing(local, domain, tag, is_loud):
    try:
        read = addresses.parse(f"{local}@{domain}")
    except NotAnAddress:
        return
    other = f"{local}{tag}@{domain}"
    try:
        same = addresses.parse(other.upper() if is_loud else other)
    except NotAnAddress:
        return  # too long with its tag
    assert same.key == read.key
    assert addresses.parse(read.address) == read
    assert addresses.parse(read.key).key == read.key


@settings(max_examples=300, deadline=None, database=None)
@given(
    domain=st.text(alphabet="abnhsuketcirl.-", min_size=1, max_size=24)
    | st.builds(
        "{}{}{}".format,
        st.text(alphabet="evil.-", max_size=6),
        st.sampled_from(TRUSTED),
        st.text(alphabet="evil.-", max_size=6),
    )
)
def test_nothing_comes_in_at_once_but_a_trusted_domain_or_what_lies_below_it(rules, domain):
    if rules(domain) == "allow":
        assert domain in TRUSTED or domain.endswith((".nhs.uk", ".nihr.ac.uk", ".nhs.scot"))


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    """What the rules that come with the site say of a domain."""
    from learn import schema
    from learn.app import create_app
    from learn.extensions import db
    from tests import databases

    folder = tmp_path_factory.mktemp("rules")
    app = create_app(
        {**databases.environment(folder), "FRONTLINE_DATABASE_URL": f"sqlite:///{folder / 'rules.sqlite3'}"}
    )
    with app.app_context():
        schema.upgrade()
        yield lambda domain: domains.decide(db.session(), domain).action.value
        db.session.remove()
        db.engine.dispose()
