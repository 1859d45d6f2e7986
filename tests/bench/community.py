"""Lists, threads, the queue and the search at a million posts beside the same at ten thousand: what the database alone takes.

The statements are those that the product's own functions send, run again by the bare driver. The page of a story with 200
comments is measured whole, in application CPU.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from courses.db import now
from learn.discussion import threads
from learn.extensions import db
from learn.forum import listing as topics
from learn.moderation import listing as queue
from learn.moderation.facilitators import Scope
from learn.search import finding
from learn.stories.reading import listing as stories
from tests.bench import site, talk
from tests.bench.measuring import Row, Timing, by_turns, timed
from tests.bench.pages import MOST_QUERIES
from tests.bench.talk import Talk
from tests.pages import PageClient
from tests.people import sign_in

LIST = {"sqlite": 1.0, "postgresql": 10.0}
NEWEST = {"sqlite": 2.0, "postgresql": 2.0}
BEST = {"sqlite": 40.0, "postgresql": 60.0}
STORY = 3.0
"Milliseconds: a list or a thread, newest first, the best matches, application CPU of a story's page."
GROWS, AT_MOST = 2.0, 0.5
"A list may take so many times the figure of the smaller site, or so many milliseconds more."
PLAIN = "/help"
"Beside it stands the page of a story: what any page costs."
DEEP = 400
"Pages that are walked before a deep page is measured."


@dataclass(frozen=True)
class Figure:
    """One measured thing."""

    name: str
    spent: Timing
    value: float
    statements: int
    bar: float
    is_flat: bool
    note: str = ""


def rows(scale: str, *, is_postgres: bool) -> list[Row]:
    """The site of ``scale`` beside the next smaller one."""
    smaller = {each.name: each.value for each in _figures(talk.BEFORE[scale], is_postgres=is_postgres)}
    database = "postgresql" if is_postgres else "sqlite"
    return [_row(each, database, smaller[each.name]) for each in _figures(scale, is_postgres=is_postgres)]


def _row(figure: Figure, database: str, before: float) -> Row:
    grew = figure.value / before if before else 1.0
    is_met = figure.value <= figure.bar and figure.statements <= MOST_QUERIES
    bar = f"<= {figure.bar:g} ms"
    if figure.is_flat:
        is_met = is_met and (grew <= GROWS or figure.value - before <= AT_MOST)
        bar += f", <= {GROWS:g} x or + {AT_MOST:g} ms"
    note = f"{figure.statements} queries; floor: the smaller site{figure.note and f'; {figure.note}'}"
    return Row(
        figure.name, database, figure.value, figure.spent.p50, figure.spent.p95, before, grew, bar, is_met, note=note
    )


def _figures(size: str, *, is_postgres: bool) -> list[Figure]:
    with site.opened(is_postgres=is_postgres) as (app, database):
        with app.app_context():
            site.make_themes()
            print(f"making {talk.SIZES[size].posts:,} posts and {talk.SIZES[size].stories:,} stories …", flush=True)
            made = talk.fill(talk.SIZES[size])
            found = [_database(name, call, bar[database], is_flat) for name, call, bar, is_flat in _calls(made)]
            db.session.rollback()
            client = sign_in(PageClient(app), made.user_id)
        return [*found, _story(app, client, made)]


def _calls(made: Talk) -> list[tuple[str, Callable[[], Any], dict[str, float], bool]]:
    session = db.session()
    everything = Scope(is_all=True)
    numbers = stories.counts(session, {}, members=True)
    deep_topic, deep_story = _deep_topic(session, made), _deep_story(session, numbers)
    return [
        ("topic list", lambda: topics.of_theme(session, made.theme_id, made.user_id, now()), LIST, True),
        ("topic list, deep", lambda: topics.of_theme(session, made.theme_id, made.user_id, now(), deep_topic), LIST, True),
        ("thread, last page", lambda: threads.rows(session, made.thread_id, made.last_page), LIST, True),
        ("queue", lambda: queue.page(session, everything, "reports"), LIST, True),
        ("story list", lambda: stories.listed(session, {}, numbers, {}, members=True), LIST, True),
        ("story list, deep", lambda: stories.listed(session, {}, numbers, {}, members=True, after=deep_story), LIST, True),
        ("search newest, common", lambda: finding.find(session, made.common), NEWEST, False),
        ("search newest, rare", lambda: finding.find(session, made.rare), NEWEST, False),
        ("search newest, stories", lambda: finding.find(session, made.common, kind="story"), NEWEST, False),
        ("search best, common", lambda: finding.find(session, made.common, order="best"), BEST, False),
        ("search best, rare", lambda: finding.find(session, made.rare, order="best"), BEST, False),
    ]  # fmt: skip


def _deep_topic(session: Any, made: Talk) -> Any:
    place = None
    for _ in range(DEEP):
        _, _, more = topics.of_theme(session, made.theme_id, made.user_id, now(), place)
        if more is None:
            break
        place = topics.place(more)
    return place


def _deep_story(session: Any, numbers: Any) -> str:
    after = ""
    for _ in range(DEEP):
        more = stories.listed(session, {}, numbers, {}, members=True, after=after).next
        if not more:
            break
        after = more
    return after


def _database(name: str, call: Callable[[], Any], bar: float, is_flat: bool) -> Figure:
    """The statements of a call by the bare driver; half of all runs took no longer than what is quoted."""
    asked = site.statements(call)
    raw = db.engine.raw_connection()
    cursor = raw.cursor()

    def run() -> None:
        for statement, parameters in asked:
            cursor.execute(statement, parameters)
            cursor.fetchall()

    try:
        spent = timed(run, count=40, warm_up=10)
    finally:
        raw.close()
    return Figure(name, spent, spent.p50, len(asked), bar, is_flat)


def _story(app: Any, client: PageClient, made: Talk) -> Figure:
    """The page of a story with its first fifty of 200 comments, for a member, beside a page of text in the same run.

    Outside of the application's context: requests inside of one would share what each looks up anew, as who came in.
    """
    opened, plain = (site.asks(app, client, path) for path in (made.story, PLAIN))
    with app.app_context():
        statements = site.statements(lambda: opened()())
    spent, beside = by_turns(opened, plain, count=300)
    note = f"{PLAIN} {beside.cpu:.2f} ms"
    return Figure("story, 200 comments (CPU)", spent, spent.cpu, len(statements), STORY, False, note)
