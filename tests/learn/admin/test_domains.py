"""Who may come in, as an administrator sees and changes it."""

import pytest
from sqlalchemy import func, insert, select

from courses.db import now
from learn.accounts.by_email.domains import PAGE
from learn.accounts.by_email.models import DomainRule, EmailCode
from learn.audit import AuditEntry

RULE = {
    "pattern": "Hospice.example.org", "match": "exact", "action": "allow", "organisation": "Example Hospice", "note": "Asked by phone",
}  # fmt: skip


def rules(session):
    session.rollback()
    rows = session.execute(select(DomainRule.pattern, DomainRule.match, DomainRule.action))
    return {(row.pattern, row.match.value): row.action.value for row in rows}


def number_of(session, pattern, match="exact"):
    session.rollback()
    return session.scalar(select(DomainRule.id).where(DomainRule.pattern == pattern, DomainRule.match == match))


@pytest.mark.parametrize(
    "path", ["/admin/domains", "/admin/domains/new", "/admin/domains/1", "/admin/domains/1/remove", "/admin/requests"]
)
def test_nobody_else_sees_them(administrator, member, path):
    administrator.get(path)
    member.get(path, 403)


def test_the_rules_that_come_with_the_site_are_listed(administrator):
    page = administrator.get("/admin/domains")
    assert len(page.select("tbody tr")) == 12
    assert page.select_one(".rooms a[aria-current]")["href"] == "/admin/domains"
    row = next(row for row in page.select("tbody tr") if row.th.get_text(strip=True) == "Below nhs.net")
    assert "Do not come in" in row.get_text() and "No sub-domains are given to people" in row.get_text()


def test_a_rule_is_added_changed_and_removed_and_counts_at_once(administrator, client, session):
    client.get("/sign-in")
    client.post("/sign-in/code", {"email": "a@hospice.example.org"}, 422)
    administrator.get("/admin/domains/new")
    assert "counts from now on" in administrator.follow("/admin/domains/new", RULE).words
    assert rules(session)["hospice.example.org", "exact"] == "allow"
    assert "Example Hospice" in client.get("/sign-in").words
    client.post("/sign-in/code", {"email": "a@hospice.example.org"})
    number = number_of(session, "hospice.example.org")
    page = administrator.get(f"/admin/domains/{number}")
    assert page.select_one("[name=note]")["value"] == "Asked by phone"
    assert page.select_one("[name=action][checked]")["value"] == "allow"
    administrator.follow(f"/admin/domains/{number}", {**RULE, "action": "deny"})
    client.get("/sign-in")
    client.post("/sign-in/code", {"email": "b@hospice.example.org"}, 422)
    administrator.get(f"/admin/domains/{number}/remove")
    administrator.follow(f"/admin/domains/{number}/remove")
    assert number_of(session, "hospice.example.org") is None
    administrator.get("/admin/domains")
    administrator.post(f"/admin/domains/{number}/remove", status=404)
    administrator.get(f"/admin/domains/{number}", 404)
    trail = session.execute(
        select(AuditEntry.action, AuditEntry.details).where(AuditEntry.action.startswith("domain."))
    ).all()
    assert [tuple(row) for row in trail] == [
        (f"domain.{verb}", {"rule": number}) for verb in ("added", "changed", "removed")
    ]


@pytest.mark.parametrize("pattern", [
    "", "uk", ".nhs.uk", "*.nhs.uk", "@nhs.uk", "a@nhs.uk", "nhs..uk", "nhs.uk.", "https://nhs.uk", "nhs uk", "n\u04bbs.net", "xn--nhs-1na.net",
    "-a.nhs.uk", "127.0.0.1", f"{'a' * 64}.uk", "a." * 127 + "uk", "nhs.uk/x", "nhs_x.uk",
])  # fmt: skip
def test_what_is_no_domain_makes_no_rule(administrator, session, pattern):
    administrator.get("/admin/domains/new")
    page = administrator.post("/admin/domains/new", {**RULE, "pattern": pattern}, 422)
    assert page.select_one(".nhsuk-error-summary a")["href"] == "#pattern"
    assert len(rules(session)) == 12


def test_two_rules_about_the_same_are_refused_and_a_rule_may_stay_what_it_is(administrator, session):
    administrator.get("/admin/domains/new")
    page = administrator.post("/admin/domains/new", {**RULE, "pattern": "NHS.net"}, 422)
    assert "There is a rule for this already" in page.words
    administrator.get("/admin/domains/new")
    page = administrator.post("/admin/domains/new", {"pattern": "new.example"}, 422)
    assert {a["href"] for a in page.select(".nhsuk-error-summary a")} == {"#match", "#action"}
    number = number_of(session, "nhs.net")
    administrator.get(f"/admin/domains/{number}")
    administrator.post(f"/admin/domains/{number}", {**RULE, "pattern": "nhs.net"})


@pytest.mark.parametrize("address, words", [
    ("Amina@NHS.net", "comes in. The rule for nhs.net decides"),
    ("a@x.nhs.net", "does not come in. The rule for domains below nhs.net decides"),
    ("a@leeds.ac.uk", "waits for an administrator. The rule for domains below ac.uk decides"),
    ("a@evilnhs.uk", "does not come in. No rule matches evilnhs.uk"),
])  # fmt: skip
def test_an_address_can_be_tried(administrator, session, address, words):
    administrator.get("/admin/domains")
    page = administrator.post("/admin/domains/try", {"email": address}, 200)
    assert words in page.select_one(".nhsuk-inset-text").get_text()
    assert session.scalar(select(func.count()).select_from(EmailCode)) == 0


def test_an_address_that_is_none_cannot_be_tried(administrator):
    administrator.get("/admin/domains")
    assert "in plain letters" in administrator.post("/admin/domains/try", {"email": '"a"@nhs.net'}, 422).words


def test_a_site_without_rules_says_what_to_do(administrator, client, session):
    session.query(DomainRule).delete()
    session.commit()
    assert "nobody can sign in by email" in administrator.get("/admin/domains").words
    client.get("/sign-in")
    assert "help@frontline.example" in client.post("/sign-in/code", {"email": "a@nhs.net"}, 422).words


def test_a_long_list_shows_each_rule_once(administrator, session):
    more = {"action": "allow", "organisation": "", "note": "", "changed_at": now()}
    for match in ("exact", "subdomain"):
        session.execute(
            insert(DomainRule), [{"pattern": f"d{n:03}.example", "match": match, **more} for n in range(PAGE)]
        )
    session.commit()
    seen, path = [], "/admin/domains"
    while path:
        page = administrator.get(path)
        seen += [link["href"] for link in page.select("tbody th a")]
        path = (page.select_one("a[rel=next]") or {}).get("href")
    assert len(seen) == len(set(seen)) == 2 * PAGE + 12


def test_long_lists_of_requests_go_on_by_a_key(administrator, session):
    from learn.accounts.by_email.models import JoinRequest

    for n in range(120):
        session.execute(insert(JoinRequest), {
            "address": f"a{n}@leeds.ac.uk", "key": f"a{n}@leeds.ac.uk", "name": f"Person {n}", "sponsor": "S", "reason": "R",
            "standing": "refused" if n % 2 else "waiting", "asked_at": now(), "decided_at": now(), "answer": "No",
        })  # fmt: skip
    session.commit()
    seen, path = [], "/admin/requests"
    while path:
        page = administrator.get(path)
        waiting, decided = page.select("tbody")
        assert [a.get_text() for a in waiting.select("th a")] == [f"Person {n}" for n in range(0, 100, 2)]
        seen += [a.get_text() for a in decided.select("th a")]
        path = (page.select_one("a[rel=next]") or {}).get("href")
    assert seen == [f"Person {n}" for n in reversed(range(1, 120, 2))]
    assert "These 50 wait the longest" in page.words
    administrator.get("/admin/requests/999", 404)
