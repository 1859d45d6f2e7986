"""Discussions: topics and the posts in them, who has read how far, and who thanked whom. One mechanism wherever people talk."""

import enum
from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, SmallInteger, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from courses.db import Base, BigKey, intpk, long, moment, slug, varchar_enum


class TopicKind(enum.StrEnum):
    """What people talk about: something a member started under a theme, a story, or a module."""

    THEME = "theme"
    STORY = "story"
    MODULE = "module"


class TopicState(enum.StrEnum):
    """Whether it is listed. Hidden is taken out of sight by a facilitator, removed for good; both keep their address."""

    VISIBLE = "visible"
    HIDDEN = "hidden"
    REMOVED = "removed"


class PostState(enum.StrEnum):
    """Held waits for a facilitator; hidden and removed leave a tombstone; of a redacted one the text is gone everywhere."""

    VISIBLE = "visible"
    HELD = "held"
    HIDDEN = "hidden"
    REMOVED = "removed"
    REDACTED = "redacted"


class Topic(Base):
    """One discussion. Numbers that lists show are counted in the transaction that changes them."""

    __tablename__ = "topic"

    id: Mapped[intpk]
    kind: Mapped[TopicKind] = mapped_column(varchar_enum(TopicKind))
    "What it is about."
    subject_id: Mapped[int | None] = mapped_column(BigKey)
    "Number of the story or module, which lie above this room; null for what a member started."
    theme_id: Mapped[int] = mapped_column(BigKey, ForeignKey("theme.id"))
    "The theme it is listed under."
    state: Mapped[TopicState] = mapped_column(varchar_enum(TopicState))
    "Whether it is listed."
    title: Mapped[str] = mapped_column(String(150))
    "One line."
    slug: Mapped[slug]
    "For the address, where the number alone counts."
    author_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("user.id"), index=True)
    "Who started it; null for a story's or a module's, and after the person erased their data."
    created_at: Mapped[moment]
    "When it began."
    last_post_at: Mapped[moment]
    "When something visible was last said; lists are in this order."
    last_post_id: Mapped[int | None] = mapped_column(BigKey)
    "The last visible post, by number alone."
    last_poster_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("user.id"), index=True)
    "Who wrote it."
    next_seq: Mapped[int] = mapped_column(server_default="1")
    "Number that the next post gets; the update that takes it locks the row, so that posts are numbered in a safe order."
    visible_count: Mapped[int] = mapped_column(server_default="0")
    "Posts that readers see, the first of a member's topic included."
    is_pinned: Mapped[bool] = mapped_column(Boolean, server_default=false())
    "Shown above the others of its theme."
    is_locked: Mapped[bool] = mapped_column(Boolean, server_default=false())
    "Nobody but a facilitator can add to it."
    version: Mapped[int] = mapped_column(server_default="1")
    "Raised by every change of title or state, so that of two changes the second is told."

    __table_args__ = (
        Index("ux_topic_subject", "kind", "subject_id", unique=True),
        Index(
            "ix_topic_theme", "theme_id", "last_post_at", "id",
            sqlite_where=text("state = 'visible' AND kind = 'theme'"), postgresql_where=text("state = 'visible' AND kind = 'theme'"),
        ),
        Index(
            "ix_topic_pinned", "theme_id",
            sqlite_where=text("is_pinned"), postgresql_where=text("is_pinned"),
        ),
    )  # fmt: skip


class Post(Base):
    """One message. ``seq`` has no holes, since what is removed leaves a tombstone: page and place follow from it alone."""

    __tablename__ = "post"

    id: Mapped[intpk]
    topic_id: Mapped[int] = mapped_column(BigKey, ForeignKey("topic.id"))
    "The discussion."
    seq: Mapped[int]
    "Its number in the discussion, from 1."
    parent_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("post.id"), index=True)
    "The post that it answers; null for an answer to the discussion itself."
    path: Mapped[str] = mapped_column(String(64).with_variant(String(64, collation="C"), "postgresql"))
    "The parent's path and four base-36 digits of ``seq``: posts in the order of a tree. Compared byte by byte."
    depth: Mapped[int] = mapped_column(SmallInteger)
    "1 to 3; an answer to one at 3 stands beside it."
    author_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("user.id"))
    "Who wrote it; null after they erased their data."
    state: Mapped[PostState] = mapped_column(varchar_enum(PostState))
    "Who sees it."
    is_taken_back: Mapped[bool] = mapped_column(Boolean, server_default=false())
    "Of a removed one: whether its writer took it back; else a facilitator removed it."
    created_at: Mapped[moment]
    "When it was written."
    edited_at: Mapped[datetime | None]
    "When its text last changed."
    revision: Mapped[int] = mapped_column(server_default="1")
    "How many texts it had; once there are two, all lie in ``post_revision``. Changes are checked against it."
    body: Mapped[long]
    "Markdown, as it was typed; of a held one with what was found in it masked; empty when redacted or erased."
    html: Mapped[long]
    "Drawn once, when it was saved."
    renderer: Mapped[int] = mapped_column(SmallInteger)
    "Version of the renderer that drew it."
    thanks_count: Mapped[int] = mapped_column(server_default="0")
    "How many people thanked for it."

    __table_args__ = (
        Index("ux_post_seq", "topic_id", "seq", unique=True),
        Index("ux_post_path", "topic_id", "path", unique=True),
        Index("ix_post_author", "author_id", "created_at", "id"),
    )


class PostRevision(Base):
    """A text of a post that was changed: those that it had, and the one that it has."""

    __tablename__ = "post_revision"

    post_id: Mapped[int] = mapped_column(BigKey, ForeignKey("post.id"), primary_key=True)
    "Which post."
    n: Mapped[int] = mapped_column(primary_key=True)
    "Its number, from 1."
    editor_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("user.id"), index=True)
    "Who wrote this text; null after they erased their data."
    at: Mapped[moment]
    "When it was written."
    body: Mapped[long]
    "Markdown; empty when redacted or erased."
    reason: Mapped[str] = mapped_column(String(200))
    "Why this text was written, in the editor's words; may be empty."


class PostDraft(Base):
    """What a person has typed and not sent, or what is held and only they may read; private to them."""

    __tablename__ = "post_draft"

    id: Mapped[intpk]
    user_id: Mapped[int] = mapped_column(BigKey, ForeignKey("user.id"))
    "Whose."
    topic_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("topic.id"), index=True)
    "The discussion; null for one that is to be started."
    theme_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("theme.id"))
    "The theme of a topic that is to be started."
    parent_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("post.id"), index=True)
    "The post that it answers."
    post_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("post.id"), index=True)
    "The held post, or the post that is being changed; null for a new one."
    title: Mapped[str] = mapped_column(String(150))
    "Of a topic that is to be started."
    body: Mapped[long]
    "Markdown as typed, nothing masked."
    because: Mapped[str] = mapped_column(String(500))
    "What the person said that a found number is; empty where nothing was found."
    saved_at: Mapped[moment]
    "When it was last saved."

    __table_args__ = (Index("ix_post_draft_user", "user_id", "topic_id"), Index("ix_post_draft_saved", "saved_at"))


class TopicRead(Base):
    """How far a person has read a discussion, and whether they follow it."""

    __tablename__ = "topic_read"

    user_id: Mapped[int] = mapped_column(BigKey, ForeignKey("user.id"), primary_key=True)
    "Who."
    topic_id: Mapped[int] = mapped_column(BigKey, ForeignKey("topic.id"), primary_key=True)
    "What."
    last_seq: Mapped[int]
    "The last post that they have been shown."
    follows: Mapped[bool] = mapped_column(Boolean, server_default=false())
    "Whether they are told of answers."

    __table_args__ = (
        Index("ix_topic_read_followers", "topic_id", sqlite_where=text("follows"), postgresql_where=text("follows")),
        {"sqlite_with_rowid": False},
    )


class Thanks(Base):
    """One person's thanks for one thing."""

    __tablename__ = "thanks"

    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    "post or story."
    target_id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    "Its number."
    user_id: Mapped[int] = mapped_column(BigKey, ForeignKey("user.id"), primary_key=True, index=True)
    "Who."
    at: Mapped[moment]
    "When."


class RulesAccepted(Base):
    """A version of the community rules that a person accepted, before their first post or story."""

    __tablename__ = "rules_accepted"

    user_id: Mapped[int] = mapped_column(BigKey, ForeignKey("user.id"), primary_key=True)
    "Who."
    version: Mapped[str] = mapped_column(String(10), primary_key=True)
    "Day from which that version holds, for example 2026-11-27."
    at: Mapped[moment]
    "When."
