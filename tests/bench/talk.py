"""A community that has talked for years, made from a fixed seed: topics and posts, stories, what waits, and what is found of them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, islice
from typing import Any

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.orm import Session

from courses.catalogue import Theme
from courses.db import Base, now
from courses.learning.models import Learner
from learn.accounts.models import User
from learn.accounts.profile import REGIONS, SETTINGS
from learn.discussion.models import Post, Topic, TopicRead
from learn.moderation.models import ReviewItem
from learn.search import index, words
from learn.search.models import SearchEntry
from learn.stories.around import StoryFacet
from learn.stories.fields import PROFESSIONS, empty
from learn.stories.models import Story, StoryRevision
from learn.web import writing
from tests.stories import make_story

SEED = 20261127
BATCH = 5_000
TOPICS = 0.193
"Topics a post."
COMMENTS = 200
"Under the story whose page is measured."
VOCABULARY = 20_000
STATES = ("visible",) * 30 + ("hidden", "removed")


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    posts: int
    stories: int
    items: int
    thread: int
    "Posts of the longest discussion."


SIZES = {
    "tiny": Size(1_000, 50, 200, 200),
    "small": Size(10_000, 500, 2_000, 2_000),
    "full": Size(1_000_000, 50_000, 200_000, 20_000),
}
BEFORE = {"small": "tiny", "full": "small"}
"The size beside which another's figures stand."


@dataclass(frozen=True)
class Talk:
    """What was made, and where the measured pages are."""

    user_id: int
    theme_id: int
    thread_id: int
    last_page: int
    story: str
    "Path of the story with comments."
    common: str
    rare: str
    "A word that very many things hold, and one that few do."


class Words:
    """Made-up words, some of them very common, as in every language (Zipf)."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        syllables = [a + b for a in "bdfgklmnprstv" for b in ("a", "e", "i", "o", "u", "ar", "en", "il")]
        self.known = ["research", "ward", "consent"] + [
            "".join(chance.choices(syllables, k=3)) for _ in range(VOCABULARY)
        ]
        self.shares = list(self._sum(1 / (rank + 3) for rank in range(len(self.known))))

    @staticmethod
    def _sum(shares: Iterator[float]) -> Iterator[float]:
        total = 0.0
        for share in shares:
            total += share
            yield total

    def text(self, count: int) -> str:
        """So many words."""
        return " ".join(self.chance.choices(self.known, cum_weights=self.shares, k=count))


def fill(size: Size) -> Talk:
    """Fill an empty, migrated database."""
    chance = random.Random(SEED)
    spoken, began = Words(chance), now() - timedelta(days=1500)
    with writing() as session:
        themes = list(session.scalars(select(Theme.id).order_by(Theme.position)))
        users = _people(session, max(100, size.posts // 50), began)
        user_id = users[0]
    topics = _topics(size, themes, users, spoken, began)
    _put(Topic, topics)
    _put(Post, _posts(topics, size, users, spoken, began))
    _put(
        TopicRead,
        ({"user_id": user_id, "topic_id": each["id"], "last_seq": 1, "follows": False} for each in topics[::20]),
    )
    _put(SearchEntry, _found_topics(topics, spoken, began))
    stories = _stories(size, themes, users, spoken, began, chance)
    _put(Story, stories)
    _put(
        StoryRevision,
        ({**REVISION, "story_id": each["id"], "saved_at": began, "published_at": began} for each in stories),
    )
    _put(SearchEntry, _found_stories(stories, themes, spoken))
    _put(ReviewItem, _items(size, themes, users, began, chance))
    with writing() as session:
        _count_facets(session, stories, themes)
        _go_on_counting(session)
        story = _one_story(session, users, spoken)
        _settle(session)
    return Talk(
        user_id, themes[0], topics[0]["id"], size.thread // 50, story, "research", spoken.known[VOCABULARY // 2]
    )


REVISION: dict[str, Any] = {
    "n": 1, "fields": {**empty(), "title": "A story"}, "html": "<p>A story.</p>", "renderer": 1,
}  # fmt: skip


def _put(model: Any, rows: Any) -> None:
    """Insert rows, a batch a transaction."""
    waiting = iter(rows)
    while batch := list(islice(waiting, BATCH)):
        with writing() as session:
            session.execute(insert(model.__table__), batch)


def _people(session: Session, count: int, at: datetime) -> list[int]:
    session.execute(insert(Learner.__table__), [{"key": f"f{n:031x}", "created_at": at} for n in range(count)])
    learners = session.scalars(select(Learner.id).order_by(Learner.id.desc()).limit(count)).all()
    rows = [
        {
            "learner_id": each,
            "name": f"Person {each}",
            "given_name": "Person",
            "is_test": False,
            "created_at": at,
            "seen_at": at,
        }
        for each in learners
    ]
    session.execute(insert(User.__table__), rows)
    return list(session.scalars(select(User.id).where(User.learner_id.in_(learners)).order_by(User.id)))


def _topics(size: Size, themes: list[int], users: list[int], spoken: Words, began: datetime) -> list[dict[str, Any]]:
    """The first is the longest discussion; the others share what is left."""
    count = int(size.posts * TOPICS)
    usual, left = divmod(size.posts - size.thread, count - 1)
    lengths = [size.thread] + [usual + (n < left) for n in range(count - 1)]
    return [
        {
            "id": n + 1, "kind": "theme", "subject_id": None, "theme_id": themes[n % 5], "title": spoken.text(7)[:150].capitalize(),
            "state": STATES[n % len(STATES)] if n else "visible", "slug": "a-topic", "author_id": users[n % len(users)],
            "created_at": began + timedelta(minutes=n), "last_post_at": began + timedelta(minutes=n, seconds=length),
            "last_post_id": number, "last_poster_id": users[(n * 7) % len(users)], "next_seq": length + 1, "visible_count": length,
        }
        for n, (length, number) in enumerate(zip(lengths, accumulate(lengths), strict=True))
    ]  # fmt: skip


def _posts(
    topics: list[dict[str, Any]], size: Size, users: list[int], spoken: Words, began: datetime
) -> Iterator[dict[str, Any]]:
    """Every third post answers the one before it."""
    told = [spoken.text(60) for _ in range(500)]
    number = 0
    for topic in topics:
        above = ("", 0)
        for seq in range(1, topic["next_seq"]):
            number += 1
            is_answer = seq % 3 == 0
            path = (above[0] if is_answer else "") + _base36(seq)
            body = told[number % len(told)]
            yield {
                "id": number, "topic_id": topic["id"], "seq": seq, "parent_id": above[1] if is_answer else None, "path": path,
                "depth": 2 if is_answer else 1, "author_id": users[number % len(users)], "state": STATES[number % len(STATES)],
                "created_at": topic["created_at"] + timedelta(seconds=seq), "edited_at": None, "body": body, "html": f"<p>{body}</p>",
                "renderer": 1,
            }  # fmt: skip
            if not is_answer:
                above = (path, number)


def _base36(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    found = ""
    for _ in range(4):
        number, rest = divmod(number, 36)
        found = digits[rest] + found
    return found


def _entry(
    kind: str, row: dict[str, Any], body: str, theme: str, facets: Any, at: datetime, summary: str, *, is_public: bool
) -> dict[str, Any]:
    narrowed = [("kind", kind), ("theme", theme), *facets, *([index.PUBLIC] if is_public else [])]
    return {
        "kind": kind, "target_id": row["id"], "path": f"/{kind}/{row['id']}", "title": row["title"], "summary": summary, "tags": "",
        "body": body, "facet": words.tokens(narrowed), "at": at,
    }  # fmt: skip


def _found_topics(topics: list[dict[str, Any]], spoken: Words, began: datetime) -> Iterator[dict[str, Any]]:
    for row in topics:
        body = spoken.text(60)
        yield _entry(
            "topic", row, body, f"theme-{row['theme_id']}", (), row["last_post_at"], body[:200], is_public=False
        )


def _stories(
    size: Size, themes: list[int], users: list[int], spoken: Words, began: datetime, chance: random.Random
) -> list[dict[str, Any]]:
    places, regions, professions = list(SETTINGS), list(REGIONS), list(PROFESSIONS)
    return [
        {
            "id": n + 1, "reference": f"FRL-2020-{n + 1:05d}", "state": "published", "is_out": True, "is_public": n % 4 == 0,
            "author_id": users[n % len(users)], "theme_id": themes[n % 5], "setting": chance.choice(places),
            "region": chance.choice(regions), "profession": chance.choice(professions), "title": spoken.text(8)[:150],
            "summary": spoken.text(20)[:400], "slug": "a-story", "byline": "Somebody, nurse", "published_n": 1,
            "published_at": began + timedelta(minutes=17 * n), "changed_at": began + timedelta(minutes=17 * n), "created_at": began,
        }
        for n in range(size.stories)
    ]  # fmt: skip


def _found_stories(stories: list[dict[str, Any]], themes: list[int], spoken: Words) -> Iterator[dict[str, Any]]:
    for row in stories:
        facets = [(name, row[name]) for name in ("setting", "region", "profession")]
        yield _entry(
            "story", row, spoken.text(600), f"theme-{row['theme_id']}", facets, row["published_at"], row["summary"],
            is_public=row["is_public"],
        )  # fmt: skip


def _items(
    size: Size, themes: list[int], users: list[int], began: datetime, chance: random.Random
) -> Iterator[dict[str, Any]]:
    """One in ten waits."""
    for n in range(size.items):
        at, is_open = began + timedelta(minutes=5 * n), n % 10 == 0
        yield {
            "kind": "post", "target_id": n + 1, "source": "flag", "theme_id": themes[n % 5], "author_id": users[n % len(users)],
            "priority": chance.randrange(5), "state": "open" if is_open else "closed", "created_at": at,
            "due_at": at + timedelta(days=2), "closed_at": None if is_open else at + timedelta(days=1),
        }  # fmt: skip


def _count_facets(session: Session, stories: list[dict[str, Any]], themes: list[int]) -> None:
    slugs = {row.id: row.slug for row in session.execute(select(Theme.id, Theme.slug))}
    counts: dict[tuple[str, str, bool], int] = {}
    for row in stories:
        told = [
            ("all", ""),
            ("theme", slugs[row["theme_id"]]),
            *((name, row[name]) for name in ("setting", "region", "profession")),
        ]
        for facet, value in told:
            key = (facet, value, row["is_public"])
            counts[key] = counts.get(key, 0) + 1
    rows = [{"facet": f, "value": v, "is_public": p, "count": count} for (f, v, p), count in counts.items()]
    session.execute(insert(StoryFacet.__table__), rows)


def _go_on_counting(session: Session) -> None:
    """PostgreSQL numbers the next rows after those that came with their numbers."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for name in ("topic", "post", "story"):
        table = Base.metadata.tables[name]
        last = session.scalar(select(func.max(table.c.id)))
        session.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {last})"))


def _one_story(session: Session, users: list[int], spoken: Words) -> str:
    """A story as people write them, with comments."""
    made = make_story(session, is_public=True)
    at = now()
    body = spoken.text(40)
    rows = [
        {
            "topic_id": made.topic_id, "seq": seq, "parent_id": None, "path": _base36(seq), "depth": 1, "author_id": users[seq % len(users)],
            "state": "visible", "created_at": at, "edited_at": None, "body": body, "html": f"<p>{body}</p>", "renderer": 1,
        }
        for seq in range(1, COMMENTS + 1)
    ]  # fmt: skip
    session.execute(insert(Post.__table__), rows)
    topic = update(Topic).where(Topic.id == made.topic_id)
    session.execute(topic.values(next_seq=COMMENTS + 1, visible_count=COMMENTS))
    return str(made.path)


def _settle(session: Session) -> None:
    """What a database does by itself in a quiet hour."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("INSERT INTO search_fts(search_fts) VALUES('optimize')"))
    session.execute(text("ANALYZE"))
