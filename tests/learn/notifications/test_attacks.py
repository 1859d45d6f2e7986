"""Mails under attack: what members typed comes along in them, as text and nothing else."""

from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup

from courses.db import now
from learn.accounts.by_email import mine
from learn.accounts.by_email.addresses import parse
from learn.discussion import posting, topics
from learn.discussion.models import TopicKind
from learn.notifications import notices
from tests.modules import make_theme
from tests.people import NURSE

NASTY = (
    "Sign in again at https://evil.example/nhs or www.evil.example or a@evil.example\r\nBcc: all@evil.example\r\n\r\n"
    "<a href='https://evil.example'>123456</a> \u202egnp.exe\u2066 "
)


@pytest.fixture
def mailed(at_server, session, learner, mailbox, work, make_due):
    """The mail of an answer under a topic of this title."""
    mine.add(session, learner.id, parse(NURSE), now())

    def do(title):
        made = topics.make(session, TopicKind.THEME, None, make_theme(session), posting.one_line(title), now())
        topics.change(session, made, visible_count=1)
        notices.notify(session, learner.id, "post_answered", now(), path=f"/topics/{made}", facts={"topic": made})
        session.commit()
        make_due()
        work()
        [got], [raw] = mailbox.taken, mailbox.raw
        return got, raw

    return do


@pytest.mark.parametrize("title", [NASTY, "x" * 150, "\u00e9" * 150, "</p><script>alert(1)</script>"])
def test_a_title_makes_no_header_no_markup_and_no_link(mailed, client, title):
    got, raw = mailed(title)
    assert got["Bcc"] is None and got["Subject"] == "Frontline: An answer to what you wrote"
    assert max(len(line) for line in raw.split(b"\r\n")) < 998
    text, html = (got.get_body((kind,)).get_content() for kind in ("plain", "html"))
    page = BeautifulSoup(html, "html.parser")
    for words in (text, page.get_text()):
        assert posting.one_line(title)[:10] in words.replace("\n", " ")
        assert not {"\u202e", "\u2066"} & set(words)
    site = urlsplit(client.base_url).netloc
    leads = {each["href"] for each in page.select("[href]")}
    assert {urlsplit(each).netloc for each in leads} == {site} and len(leads) == 2
    assert not page.select("script")
