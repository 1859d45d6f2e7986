"""People: who they are, what they may do, and the sessions and one-time addresses they came in by.

How people prove an email address, and which addresses may come in, lies in ``by_email``.
"""

import enum
from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from courses.db import Base, BigKey, intpk, json_list, moment, short, varchar_enum


class Role(enum.StrEnum):
    """What an administrator may grant; a learner needs none of them."""

    FACILITATOR = "facilitator"
    AUTHOR = "author"
    ADMINISTRATOR = "administrator"


class TicketKind(enum.StrEnum):
    """What a one-time ticket opens."""

    WINDOW = "window"
    SIGN_IN = "sign_in"
    INVITE = "invite"


class SessionEnd(enum.StrEnum):
    """Why a session ended."""

    SIGNED_OUT = "signed_out"
    IDLE = "idle"
    TOO_LONG = "too_long"
    REPLACED = "replaced"
    ENDED_ELSEWHERE = "ended_elsewhere"
    SUSPENDED = "suspended"
    ACCOUNT_GONE = "account_gone"


class User(Base):
    """A person. Whoever launches is known by (registration, sub) in ``platform_user``; email alone never merges two."""

    __tablename__ = "user"

    id: Mapped[intpk]
    learner_id: Mapped[int] = mapped_column(BigKey, ForeignKey("learner.id"), unique=True)
    "The person in the course engine."
    name: Mapped[short]
    "Full name as the platform or the administrator gave it; may be empty."
    given_name: Mapped[short]
    "First name for greetings; may be empty."
    email: Mapped[str | None] = mapped_column(String(254), index=True)
    "Address as the platform or an administrator gave it, never verified; ``email_address`` holds those that were."
    claim_key: Mapped[str | None] = mapped_column(String(254), index=True, unique=True)
    """Address, as ``email_address`` compares it, by which an administrator named this account: whoever proves it by a code
    comes in to this account, once. Null for every other: what a platform says of an address gives nobody an account."""
    is_test: Mapped[bool] = mapped_column(Boolean)
    "A platform's test user (vocab/lti/system/person#TestUser)."
    created_at: Mapped[moment]
    "When the person first came."
    seen_at: Mapped[moment]
    "When the person last came in."
    teaches: Mapped[bool] = mapped_column(Boolean, server_default=false())
    "Has been an instructor of some course; which ones, ``membership`` says."
    display_name: Mapped[short] = mapped_column(server_default="")
    "Name that the person chose to be shown by; empty shows ``name``."
    profession: Mapped[short] = mapped_column(server_default="")
    "What they work as, in their own words; may be empty."
    organisation: Mapped[short] = mapped_column(server_default="")
    "Where they work, as they say; not checked."
    region: Mapped[short] = mapped_column(server_default="")
    "Part of the country, from the list that ``profile`` holds, or empty."
    setting: Mapped[short] = mapped_column(server_default="")
    "Kind of place they work in, from the list that ``profile`` holds, or empty."
    profile_at: Mapped[datetime | None]
    "When the profile was last saved, or put off when it was asked for; null when it was never asked for."
    unread: Mapped[int] = mapped_column(server_default="0")
    "Notices not read yet, counted in the transaction that adds or reads one: every page shows it."
    suspended_until: Mapped[datetime | None]
    "No entry before then; null or past for nearly everybody."
    merged_into_id: Mapped[int | None] = mapped_column(BigKey)
    "The account that took this one in, by number alone; this row then holds nothing about anybody."
    erased_at: Mapped[datetime | None]
    "When the person had everything about them erased; the row stays as a number that other rows point to."


class RoleGrant(Base):
    """One role granted to one person."""

    __tablename__ = "role_grant"

    user_id: Mapped[int] = mapped_column(BigKey, ForeignKey("user.id"), primary_key=True)
    "Who."
    role: Mapped[Role] = mapped_column(varchar_enum(Role), primary_key=True)
    "What."
    granted_at: Mapped[moment]
    "When."
    themes: Mapped[json_list] = mapped_column(server_default=text("'[]'"))
    "Slugs of the themes that a facilitator looks after; empty for all."
    granted_by_id: Mapped[int | None] = mapped_column(BigKey)
    "The administrator who granted it, by number alone; null from a shell."
    reason: Mapped[short] = mapped_column(server_default="")
    "Why, as the administrator typed it; may be empty from a shell."


class AccountNote(Base):
    """Why an administrator changed what somebody may do here, or whether they may come in: read by administrators."""

    __tablename__ = "account_note"

    id: Mapped[intpk]
    user_id: Mapped[int] = mapped_column(BigKey, ForeignKey("user.id"), index=True)
    "About whom."
    act: Mapped[str] = mapped_column(String(40))
    "What was done, as the audit trail names it, for example role.revoked."
    about: Mapped[str] = mapped_column(String(40))
    "The role that it was done with; empty for other acts."
    by_id: Mapped[int | None] = mapped_column(BigKey)
    "The administrator, by number alone; null from a shell."
    reason: Mapped[short]
    "Why, as the administrator typed it."
    at: Mapped[moment]
    "When."


class LoginSession(Base):
    """One browser that came in. The cookie holds only a random name, kept here as a hash, so a session can be ended."""

    __tablename__ = "login_session"

    id: Mapped[intpk]
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    "SHA-256 of the random name in the cookie."
    user_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("user.id"), index=True)
    "Who; null for an anonymous launch, which reads and keeps nothing."
    registration_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("registration.id"))
    "The platform of the launch; null for other ways in."
    platform_name: Mapped[str | None] = mapped_column(String(255))
    "What people call that platform, kept here because every page shows it."
    context_pk: Mapped[int | None] = mapped_column(BigKey)
    "The context of the launch, by number: people know nothing of platforms."
    resource_link_pk: Mapped[int | None] = mapped_column(BigKey)
    "The link of the launch, by number."
    granted: Mapped[json_list] = mapped_column(server_default=text("'[]'"))
    "Roles that a rule on the platform or context gives for this session."
    frame_origins: Mapped[json_list]
    "Origins whose pages may frame this session's pages, as that platform's registration had them at the launch."
    is_embedded: Mapped[bool]
    "Whether the launch said that it opens in a frame; the browser's own word wins where it gives one."
    return_url: Mapped[str | None] = mapped_column(String(2000))
    "Where the platform wants people to go back to."
    browser: Mapped[str] = mapped_column(String(60), server_default="")
    "Browser and system in a few words, for example Chrome on Windows, so that people know their sessions apart."
    offers_link: Mapped[bool] = mapped_column(Boolean, server_default=false())
    "Whether the launch gave the address of another account, so that linking the two is offered."
    created_at: Mapped[moment]
    "When it began."
    used_at: Mapped[moment]
    "Last use, to the minute."
    ended_at: Mapped[datetime | None]
    "When it was ended; null while it lasts."
    ended_by: Mapped[SessionEnd | None] = mapped_column(varchar_enum(SessionEnd))
    "Why it was ended."

    __table_args__ = (Index("ix_login_session_registration", "registration_id", "id"),)


class Ticket(Base):
    """A one-time way in: shown or posted once, kept as a hash, gone when used."""

    __tablename__ = "ticket"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    "SHA-256 of the ticket."
    kind: Mapped[TicketKind] = mapped_column(varchar_enum(TicketKind))
    "What it opens."
    user_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("user.id"))
    "Who comes in; null for an anonymous launch's new window."
    session_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("login_session.id"))
    "The session that asked, for a new window."
    target: Mapped[str] = mapped_column(String(2000))
    "Path to open."
    expires_at: Mapped[moment]
    "Not valid from here on."

    __table_args__ = (Index("ix_ticket_expires", "expires_at"),)
