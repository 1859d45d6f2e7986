"""The newest stories that anyone may read, as a feed (RSS 2.0, https://www.rssboard.org/rss-specification)."""

import re
from collections.abc import Sequence
from email.utils import format_datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.catalogue import Theme
from courses.db import table_of
from learn.stories.models import Story
from learn.stories.reading.listing import IS_OUT, IS_PUBLIC

MOST = 30
NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"Characters that XML 1.0 has no place for, not even escaped."

_T, _THEME = table_of(Story), table_of(Theme)
_NEWEST = (
    select(_T.c.reference, _T.c.title, _T.c.summary, _T.c.published_at, _THEME.c.title.label("theme_title"))
    .join(_THEME, _THEME.c.id == _T.c.theme_id)
    .where(IS_OUT, IS_PUBLIC)
    .order_by(_T.c.published_at.desc(), _T.c.id.desc())
    .limit(MOST)
)


def newest(session: Session) -> Sequence[Any]:
    """What the feed tells of: reference, title, summary, published_at, theme_title."""
    return session.execute(_NEWEST).all()


def draw(rows: Sequence[Any], site: str, name: str) -> str:
    """The feed, with addresses below ``site``."""
    items = "".join(_item(row, site) for row in rows)
    built = f"<lastBuildDate>{format_datetime(rows[0].published_at)}</lastBuildDate>" if rows else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
        f"<title>{_text(name)} success stories</title><link>{_text(site)}/stories</link>"
        "<description>How teams brought research into everyday care, and what changed.</description>"
        f"<language>en-gb</language>{built}"
        f'<atom:link href={quoteattr(site + "/stories.rss")} rel="self" type="application/rss+xml"/>{items}</channel></rss>\n'
    )


def _item(row: Any, site: str) -> str:
    link = f"{_text(site)}/s/{_text(row.reference)}"
    return (
        f"<item><title>{_text(row.title)}</title><link>{link}</link>"
        f'<guid isPermaLink="true">{link}</guid><category>{_text(row.theme_title)}</category>'
        f"<pubDate>{format_datetime(row.published_at)}</pubDate><description>{_text(row.summary)}</description></item>"
    )


def _text(words: str) -> str:
    return escape(NOT_XML.sub("", words))
