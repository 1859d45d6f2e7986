"""A discussion as a page shows it: ``thread`` gives what the template discussion/thread.html takes, under that name.

A page that includes it loads css/discussion.css and calls ``seen`` after reading: that is the reader's own mark.
"""

from datetime import datetime
from typing import Any

from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session

from learn.accounts import profile
from learn.components import moment_words
from learn.discussion import drawing, looked_after, threads, topics
from learn.discussion.acts import marks
from learn.discussion.acts.editing import CHANGEABLE
from learn.discussion.drawing import Reader, Shown
from learn.discussion.models import PostState, TopicKind, TopicState
from learn.errors import NotFound
from learn.web import writing

FORMER = "Former member"
GONE = {
    PostState.HIDDEN: "Hidden by a facilitator",
    PostState.REMOVED: "Removed by a facilitator",
    PostState.REDACTED: "Removed by a facilitator, and the text is gone for good",
}
TAKEN_BACK = "Removed by its author"
ERASED = "The text went when its author left"
WORDS = {
    TopicKind.THEME: ("post", "Write an answer", "Post answer"),
    TopicKind.STORY: ("comment", "Add a comment", "Post comment"),
}
"By kind; a module's are those of a story."


def thread(
    session: Session, topic_id: int, person: Any, page: int | None = None, *, topic: Any | None = None, path: str = ""
) -> dict[str, Any]:
    """One page of a discussion for a person; NotFound where they may not see it, or there is no such page.

    ``topic`` is its row of ``topics.opened`` and ``path`` the page that shows it, where the caller has them already.

    Costs three statements at most, however long the discussion is, and one more where answers stand on another page than
    what they answer.
    """
    user_id, row = person.id, topic or topics.opened(session, topic_id, person.id)
    looks_after = looked_after.facilitates(session, person, row.theme_id)
    must_be_seen(row, person, looks_after=looks_after)
    last = threads.pages(row.next_seq)
    page = 1 if page is None else page
    if not 1 <= page <= last:
        raise NotFound("There is no such page of this discussion.")
    found = threads.rows(session, topic_id, page, user_id)
    path = path or topics.page_of(session, row)
    thing, heading, button = words_of(row.kind)
    can_write = user_id is not None and (not row.is_locked or looks_after)
    token = f'<input type="hidden" name="csrf_token" value="{generate_csrf()}">'
    reader = Reader(row.id, thing, token, is_known=user_id is not None, can_write=can_write, looks_after=looks_after)
    return {
        "id": topic_id, "title": row.title, "path": path, "thing": thing, "heading": heading, "button": button,
        "count": row.visible_count, "is_locked": row.is_locked, "looks_after": looks_after,
        "posts": drawing.articles(_shown(session, row, found, user_id, looks_after=looks_after, path=path), reader),
        "page": page, "last": last, "pages": numbered(path, page, last), "last_seq": row.last_seq, "next_seq": row.next_seq,
        "is_known": user_id is not None,
        "can_write": can_write,
        "follows": bool(row.follows), "draft": row.draft or "", "draft_at": row.draft_at,
        "unread": first_unread(row, page),
    }  # fmt: skip


def seen(shown: dict[str, Any], person: Any, at: datetime) -> None:
    """Note that a person was shown a page of a discussion: one transaction, and none where they had read it."""
    if person.id is None or person.id < 0:
        return
    upto = shown["next_seq"] - 1 if shown["page"] == shown["last"] else shown["page"] * threads.PAGE
    if shown["last_seq"] is not None and shown["last_seq"] >= upto:
        return
    with writing() as session:
        marks.read(session, person.id, shown["id"], upto, at)


def must_be_seen(row: Any, person: Any, *, looks_after: bool) -> None:
    """NotFound for a discussion that was taken away, or of which nothing may be seen yet, but for who wrote it."""
    is_mine = person.id is not None and row.author_id == person.id
    if looks_after or (is_mine and row.state is not TopicState.REMOVED):
        return
    is_empty = row.kind is TopicKind.THEME and not row.visible_count
    if row.state is not TopicState.VISIBLE or is_empty:
        raise NotFound("This discussion was taken away, or a facilitator has not looked at it yet.")


def first_unread(row: Any, page: int) -> str:
    """Address of the first post that a person has not read, where it is on another page; else empty."""
    read = row.last_seq
    if read is None or read >= row.next_seq - 1 or threads.page_of(read + 1) == page:
        return ""
    return marks.unread_page(row.id)


def address(path: str, seq: int, post_id: int) -> str:
    """A post's own place on the pages of its discussion."""
    page = threads.page_of(seq)
    return f"{path}{f'?page={page}' if page > 1 else ''}#post-{post_id}"


def place_of(session: Session, post_id: int) -> str:
    """The same, by the post's number alone; NotFound where there is no such post."""
    row = threads.place(session, post_id)
    if row is None:
        raise NotFound("There is no such comment.")
    return address(topics.page_of(session, topics.there(session, row.topic_id)), row.seq, post_id)


def numbered(path: str, page: int, last: int) -> list[tuple[int, str] | None]:
    """The pages to choose from: the first, the last, those beside this one; None where some are left out."""
    shown = sorted({1, last, page} | {n for n in (page - 1, page + 1) if 1 <= n <= last})
    found: list[tuple[int, str] | None] = []
    for before, n in zip([0, *shown], shown, strict=False):
        if n - before > 1:
            found.append(None)
        found.append((n, f"{path}?page={n}#comments" if n > 1 else f"{path}#comments"))
    return found


def words_of(kind: TopicKind) -> tuple[str, str, str]:
    """What a post is called there, the heading of the form, its button."""
    return WORDS.get(kind, WORDS[TopicKind.STORY])


def writer(session: Session, post_id: int) -> str:
    """Whom readers see as the writer of a post."""
    return name_of(threads.above(session, [post_id])[post_id])


def name_of(row: Any) -> str:
    """Whom readers see: the name that a person chose."""
    if row.author_id is None:
        return FORMER
    return row.display_name or row.name or profile.NAMELESS


def about(row: Any) -> str:
    """What a person works as, where, and in which part of the country."""
    return ", ".join(filter(None, (row.profession, row.organisation, profile.REGIONS.get(row.region or "", ""))))


def initials(name: str) -> str:
    """Two letters for the round picture."""
    words = [word for word in name.split() if word[0].isalnum()] or ["?"]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def _shown(
    session: Session, topic: Any, found: Any, user_id: int | None, *, looks_after: bool, path: str
) -> list[Shown]:  # fmt: skip
    rows = [
        row for row in found if row.state is not PostState.HELD or looks_after or (user_id and row.author_id == user_id)
    ]
    here = {row.id: row for row in rows}
    elsewhere = threads.above(session, [row.parent_id for row in rows if row.parent_id and row.parent_id not in here])
    read = topic.last_seq if topic.last_seq is not None else topic.next_seq
    shown, people = [], dict[int | None, tuple[str, str, str]]()
    for row in rows:
        if row.author_id not in people:
            name = name_of(row)
            people[row.author_id] = name, initials(name), about(row)
        above = here.get(row.parent_id) or elsewhere.get(row.parent_id)
        answers = None
        if above is not None and not (row.parent_id in here and row.path[:-4] == above.path):
            answers = name_of(above), address(path, above.seq, above.id)
        shown.append(_one(row, people[row.author_id], topic.author_id, user_id, answers, read, looks_after=looks_after))
    return shown


def _one(
    row: Any, person: tuple[str, str, str], starter_id: int | None, user_id: int | None, answers: Any, read: int, *, looks_after: bool
) -> Shown:  # fmt: skip
    author_id, gone = row.author_id, ""
    is_mine, is_open = author_id is not None and author_id == user_id, row.state is PostState.VISIBLE
    if not is_open or not row.html:
        gone = why_gone(row)
    return Shown(
        id=row.id, depth=row.depth, name=person[0], initials=person[1], about=person[2], at=moment_words(row.created_at),
        html=row.html if not gone or is_mine or looks_after else "", gone=gone, is_open=is_open and not gone, is_mine=is_mine,
        can_change=is_mine and (is_open or row.state in CHANGEABLE), is_held=row.state is PostState.HELD,
        is_new=row.seq > read and not is_mine, is_starter=author_id is not None and author_id == starter_id,
        is_facilitator=bool(row.is_facilitator), thanks=row.thanks_count, thanked=bool(row.is_thanked), answers=answers,
        edited=moment_words(row.edited_at) if row.edited_at else "",
    )  # fmt: skip


def why_gone(row: Any) -> str:
    """Why readers do not see a text; empty where they do, and for what is held."""
    if row.author_id is None and not row.html:
        return ERASED
    return TAKEN_BACK if row.is_taken_back else GONE.get(row.state, "")
