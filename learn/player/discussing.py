"""Talking about a module: the last comments for its page, and the way to all of them."""

from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from courses.catalogue import Module
from courses.db import now
from learn.components import date
from learn.discussion import rendering, showing, threads, topics
from learn.discussion.models import TopicKind, TopicState

SHOWN = 3
"Comments on the module's own page."

_MODULE = select(Module.title, Module.theme_id).where(Module.id == bindparam("module"))


def newest(session: Session, module_id: int) -> dict[str, Any]:
    """How many comments there are, the last of them in short, and where all are: two statements at most."""
    topic = topics.of(session, TopicKind.MODULE, module_id)
    if topic is None or topic.state is not TopicState.VISIBLE:
        return {
            "count": 0,
            "url": topics.own_page(topic) if topic is not None else "",
            "is_closed": topic is not None,
            "posts": [],
        }
    rows = threads.newest(session, topic.id, SHOWN) if topic.visible_count else []
    posts = [
        {"name": showing.name_of(row), "initials": showing.initials(showing.name_of(row)), "on": date(row.created_at),
         "url": f"/posts/{row.id}", "words": rendering.excerpt(row.html)} for row in rows
    ]  # fmt: skip
    return {"count": topic.visible_count, "url": topics.own_page(topic), "is_closed": False, "posts": posts}


def open_for(session: Session, module_id: int) -> str:
    """Page of the discussion of a module, begun now where nobody talked about it yet; in the caller's transaction."""
    module = session.execute(_MODULE, {"module": module_id}).one()
    topic_id = topics.make(session, TopicKind.MODULE, module_id, module.theme_id, module.title, now())
    return topics.own_page(topics.there(session, topic_id))
