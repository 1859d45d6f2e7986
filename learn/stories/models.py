"""Success Stories: a story, its revisions, pictures and files, its way through review, and who tried the same."""

import enum
from datetime import date, datetime

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from courses.db import Base, BigKey, intpk, json_object, long, moment, short, slug, varchar_enum


class StoryState(enum.StrEnum):
    """Where a story stands. What readers see is the published revision, as long as ``StoryState.is_out`` of it."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"
    PUBLISHED = "published"
    ARCHIVED = "archived"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    RETRACTED = "retracted"


class FileKind(enum.StrEnum):
    """What was added to a story."""

    PICTURE = "picture"
    FILE = "file"


class Story(Base):
    """One story. The columns that lists show are those of its published revision."""

    __tablename__ = "story"

    id: Mapped[intpk]
    reference: Mapped[str | None] = mapped_column(String(20), unique=True)
    "FRL-2026-0001: given when it is first published, never changed, never used again."
    state: Mapped[StoryState] = mapped_column(varchar_enum(StoryState))
    "Where the work on it stands; a published one that is being changed is at draft, submitted or in review again."
    is_out: Mapped[bool] = mapped_column(Boolean, server_default=false())
    "Whether readers find it: a revision is published, and it was not withdrawn, retracted, archived or hidden."
    is_hidden: Mapped[bool] = mapped_column(Boolean, server_default=false())
    "Taken out of sight by a facilitator for the time being."
    is_public: Mapped[bool] = mapped_column(Boolean, server_default=false())
    "Whether people who are not members may read it: its author and a facilitator said so."
    is_starter: Mapped[bool] = mapped_column(Boolean, server_default=false())
    "Came with the site and is kept up to date by it."
    starter_slug: Mapped[str | None] = mapped_column(String(80), unique=True)
    "Name of the starter file that it came from."
    author_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("user.id"))
    "Who writes it; null for one that came with the site, and after the person erased their data."
    theme_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("theme.id"))
    "Main theme; null while a draft names none."
    setting: Mapped[str] = mapped_column(String(40))
    "Key of learn.accounts.profile.SETTINGS."
    region: Mapped[str] = mapped_column(String(40))
    "Key of learn.accounts.profile.REGIONS."
    profession: Mapped[str] = mapped_column(String(40))
    "Key of learn.stories.fields.PROFESSIONS that fits best."
    title: Mapped[str] = mapped_column(String(150))
    "Of the published revision, or of the draft before there is one."
    summary: Mapped[str] = mapped_column(String(400))
    "One sentence."
    slug: Mapped[slug]
    "Words for an address; the reference alone counts."
    byline: Mapped[short]
    "Names and roles of its authors in one line, as they are shown; empty where the names are withheld."
    minutes: Mapped[int] = mapped_column(server_default="1")
    "Minutes that reading takes, at 200 words a minute."
    draft_n: Mapped[int] = mapped_column(server_default="1")
    "Number of the revision that is being written."
    published_n: Mapped[int | None]
    "Number of the revision that readers see."
    published_at: Mapped[datetime | None]
    "When it was first published; lists are in this order."
    changed_at: Mapped[datetime | None]
    "When the revision that readers see was published."
    review_due_on: Mapped[date | None] = mapped_column(Date)
    "When its author is asked whether it is still right."
    picture_id: Mapped[int | None] = mapped_column(BigKey)
    "The picture shown first, by number of ``story_file``."
    thanks_count: Mapped[int] = mapped_column(server_default="0")
    "How many people thanked for it."
    comment_count: Mapped[int] = mapped_column(server_default="0")
    "Comments that readers see: those of its topic, counted with it."
    adoption_count: Mapped[int] = mapped_column(server_default="0")
    "Places that said they tried it."
    version: Mapped[int] = mapped_column(server_default="1")
    "Raised by every change of state; an act names the one that it was chosen for."
    created_at: Mapped[moment]
    "When it was begun."

    __table_args__ = (
        *(
            Index(
                f"ix_story_{name}", *([f"{name}_id" if name == "theme" else name] if name != "all" else []),
                "published_at", "id", sqlite_where=text("is_out"), postgresql_where=text("is_out"),
            )
            for name in ("all", "theme", "setting", "region", "profession")
        ),
        Index(
            "ix_story_public", "published_at", "id",
            sqlite_where=text("is_out AND is_public"), postgresql_where=text("is_out AND is_public"),
        ),
        Index("ix_story_author", "author_id", "id"),
        Index("ix_story_due", "review_due_on", sqlite_where=text("is_out"), postgresql_where=text("is_out")),
    )  # fmt: skip


class StoryRevision(Base):
    """One text of a story. What is published is never written again: a change is a new revision."""

    __tablename__ = "story_revision"

    story_id: Mapped[int] = mapped_column(BigKey, ForeignKey("story.id"), primary_key=True)
    "Which story."
    n: Mapped[int] = mapped_column(primary_key=True)
    "Its number, from 1; the address of a version names it."
    fields: Mapped[json_object]
    "What was typed, by the names in learn.stories.fields."
    editor_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("user.id"), index=True)
    "Who saved it last; null after they erased their data."
    saved_at: Mapped[moment]
    "When it was last saved."
    saves: Mapped[int] = mapped_column(server_default="1")
    "Raised by each save; a save names the one that it began from, so that two windows do not undo each other."
    sent_at: Mapped[datetime | None]
    "When it was last sent to a facilitator; from then on the text of that round stays in ``story_round``."
    published_at: Mapped[datetime | None]
    "When it was published; null for one that never was."
    html: Mapped[long]
    "The story drawn once, when it was published; empty before."
    renderer: Mapped[int] = mapped_column(server_default="0")
    "Version of the renderer that drew it."


class StoryRound(Base):
    """The text that was sent, each time one was, so that a facilitator sees what changed since the last round."""

    __tablename__ = "story_round"

    story_id: Mapped[int] = mapped_column(BigKey, ForeignKey("story.id"), primary_key=True)
    "Which story."
    n: Mapped[int] = mapped_column(primary_key=True)
    "Its number, from 1."
    revision_n: Mapped[int]
    "The revision that was sent."
    fields: Mapped[json_object]
    "What was sent, with what the detector held masked."
    at: Mapped[moment]
    "When."


class StoryRemark(Base):
    """What a facilitator asks to change in one field, and what the author says to it."""

    __tablename__ = "story_remark"

    id: Mapped[intpk]
    story_id: Mapped[int] = mapped_column(BigKey, ForeignKey("story.id"), index=True)
    "Which story."
    round_n: Mapped[int]
    "The round that was read."
    field: Mapped[str] = mapped_column(String(40))
    "Name in learn.stories.fields; empty for the story as a whole."
    words: Mapped[long]
    "What is asked."
    by_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("user.id"), index=True)
    "The facilitator; null after they erased their data."
    at: Mapped[moment]
    "When."
    answer: Mapped[long]
    "What the author says to it; may be empty."


class StoryEvent(Base):
    """Each change of a story's state: a row, written by the one door."""

    __tablename__ = "story_event"

    id: Mapped[intpk]
    story_id: Mapped[int] = mapped_column(BigKey, ForeignKey("story.id"), index=True)
    "Which story."
    before: Mapped[StoryState] = mapped_column(varchar_enum(StoryState))
    "The state before."
    after: Mapped[str] = mapped_column(String(24))
    "The state after, a value of StoryState."
    revision_n: Mapped[int]
    "The revision that it was about."
    actor_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("user.id"), index=True)
    "Who; null for the site itself, and after they erased their data."
    reason: Mapped[long]
    "Why, in their words, which the author reads; may be empty where the author acts."
    at: Mapped[moment]
    "When."


class StoryFile(Base):
    """A picture or a file of a story, kept by its content."""

    __tablename__ = "story_file"

    id: Mapped[intpk]
    story_id: Mapped[int] = mapped_column(BigKey, ForeignKey("story.id"), index=True)
    "Which story."
    kind: Mapped[FileKind] = mapped_column(varchar_enum(FileKind))
    "Picture or file."
    sha256: Mapped[str] = mapped_column(String(64))
    "The stored object: of a picture, as it was drawn anew."
    name: Mapped[str] = mapped_column(String(150))
    "File name, as it is offered."
    media_type: Mapped[str] = mapped_column(String(100))
    "As it is served."
    size: Mapped[int] = mapped_column(BigKey)
    "Bytes."
    width: Mapped[int]
    "Pixels of a picture; 0 for a file."
    height: Mapped[int]
    "Pixels of a picture; 0 for a file."
    alt: Mapped[str] = mapped_column(String(300))
    "What a picture shows, for those who do not see it; never empty for a picture that is sent."
    caption: Mapped[str] = mapped_column(String(300))
    "Line under it, or what a file is."
    licence: Mapped[str] = mapped_column(String(40))
    "Key of learn.stories.fields.LICENCES."
    shows_people: Mapped[bool] = mapped_column(Boolean, server_default=false())
    "Whether somebody can be recognised, so that their permission is asked for."
    position: Mapped[int]
    "Order, from 1; the first picture is the story's."
    is_in_draft: Mapped[bool] = mapped_column(Boolean)
    "Whether the revision that is being written has it."
    published_n: Mapped[int | None] = mapped_column(Integer)
    "The last published revision that has it; null before."
    added_at: Mapped[moment]
    "When."


class Declaration(Base):
    """One thing that an author declared, with the text that they saw."""

    __tablename__ = "story_declaration"

    id: Mapped[intpk]
    story_id: Mapped[int] = mapped_column(BigKey, ForeignKey("story.id"), index=True)
    "Which story."
    revision_n: Mapped[int]
    "For which revision."
    kind: Mapped[str] = mapped_column(String(24))
    "Key of learn.stories.fields.DECLARATIONS."
    text_version: Mapped[str] = mapped_column(String(10))
    "Day from which the text holds that was shown."
    evidence: Mapped[short]
    "Who approved, or where a consent is kept and its date; may be empty."
    expires_on: Mapped[date | None] = mapped_column(Date)
    "When a permission ends; null where it does not."
    user_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("user.id"), index=True)
    "Who declared it; null after they erased their data."
    at: Mapped[moment]
    "When."
