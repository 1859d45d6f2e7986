"""Addresses that people proved to be theirs, the codes they prove them with, and which domains may come in."""

import enum
from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from courses.db import Base, BigKey, intpk, moment, short, varchar_enum

Email = String(254)
"RFC 5321 §4.5.3.1.3 leaves 254 characters for an address."


class Purpose(enum.StrEnum):
    """What a code is asked for."""

    SIGN_IN = "sign_in"
    LINK = "link"
    CONFIRM = "confirm"


class Match(enum.StrEnum):
    """Which domains a rule speaks of: the one it names, or those below it."""

    EXACT = "exact"
    SUBDOMAIN = "subdomain"


class Admission(enum.StrEnum):
    """What a rule says of an address."""

    ALLOW = "allow"
    REVIEW = "review"
    DENY = "deny"


class Standing(enum.StrEnum):
    """Where a request to join stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"


class EmailAddress(Base):
    """An address that a person proved to be theirs by a code. It signs them in, and mail goes to their main one."""

    __tablename__ = "email_address"

    id: Mapped[intpk]
    user_id: Mapped[int] = mapped_column(BigKey, ForeignKey("user.id"), index=True)
    "Whose."
    address: Mapped[str] = mapped_column(Email)
    "As typed, domain in lower case: what mail is sent to."
    key: Mapped[str] = mapped_column(Email, unique=True)
    "Lower case and without a +tag: what makes two addresses one."
    is_main: Mapped[bool] = mapped_column(Boolean)
    "Whether mail goes here; one a person."
    verified_at: Mapped[moment]
    "When a code sent to it was last typed in."
    bounced_at: Mapped[datetime | None]
    "When mail to it was last refused for good; no mail goes there until it is verified again."
    due_at: Mapped[datetime | None]
    "When its owner was asked to confirm it again, a year after they last did; null until then."


class EmailCode(Base):
    """One code asked for. The code itself lies nowhere: it is worked out from the salt and the site's secret."""

    __tablename__ = "email_code"

    id: Mapped[intpk]
    nonce_hash: Mapped[str] = mapped_column(String(64), unique=True)
    "SHA-256 of the random name in the cookie of the browser that asked: only there the code is worth something."
    address: Mapped[str] = mapped_column(Email)
    "Where it was sent."
    key: Mapped[str] = mapped_column(Email, index=True)
    "The address as ``email_address`` compares it."
    purpose: Mapped[Purpose] = mapped_column(varchar_enum(Purpose))
    "What it is for."
    user_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("user.id"))
    "Who asks, to link or to confirm; null for whoever signs in."
    salt: Mapped[str] = mapped_column(String(32))
    "Random; with the site's secret it makes the six digits."
    tries: Mapped[int]
    "Codes typed so far, each counted before it is looked at."
    target: Mapped[str] = mapped_column(String(2000))
    "Path to open afterwards."
    created_at: Mapped[moment]
    "When it was asked for."
    expires_at: Mapped[moment]
    "Not valid from here on."
    used_at: Mapped[datetime | None]
    "When it was typed in right; it works once."

    __table_args__ = (Index("ix_email_code_expires", "expires_at"),)


class DomainRule(Base):
    """Which addresses may come in. Of several rules that match the most specific decides; where none does, nobody comes in."""

    __tablename__ = "domain_rule"

    id: Mapped[intpk]
    pattern: Mapped[str] = mapped_column(String(253))
    "A domain in lower case, without a dot or a star before it."
    match: Mapped[Match] = mapped_column(varchar_enum(Match))
    "The domain itself, or those below it."
    action: Mapped[Admission] = mapped_column(varchar_enum(Admission))
    "Let in, let an administrator decide, or refuse."
    organisation: Mapped[short]
    "Who has these addresses; may be empty."
    note: Mapped[short]
    "Why the rule is there; may be empty."
    changed_by_id: Mapped[int | None] = mapped_column(BigKey)
    "The administrator who last changed it, by number alone; null for the rules that came with the site."
    changed_at: Mapped[moment]
    "When it was last changed."

    __table_args__ = (UniqueConstraint("pattern", "match"),)


class JoinRequest(Base):
    """Somebody with a proven address of a domain that an administrator decides about; there is no account before that."""

    __tablename__ = "join_request"

    id: Mapped[intpk]
    address: Mapped[str] = mapped_column(Email)
    "As typed, domain in lower case."
    key: Mapped[str] = mapped_column(Email, unique=True)
    "The address as ``email_address`` compares it."
    name: Mapped[short]
    "Who asks."
    sponsor: Mapped[short]
    "Who at an NHS organisation or the NIHR can speak for them."
    reason: Mapped[str] = mapped_column(String(1000))
    "What they want to come in for."
    standing: Mapped[Standing] = mapped_column(varchar_enum(Standing))
    "Where it stands."
    asked_at: Mapped[moment]
    "When."
    decided_at: Mapped[datetime | None]
    "When an administrator decided."
    decided_by_id: Mapped[int | None] = mapped_column(BigKey)
    "Who decided, by number alone."
    answer: Mapped[str] = mapped_column(String(1000))
    "What the administrator said to them; may be empty."


class Tally(Base):
    """How often something was tried within a stretch of time: limits that hold for every process of the site."""

    __tablename__ = "tally"

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    "What is counted, and by what, for example code.address."
    who: Mapped[str] = mapped_column(String(64), primary_key=True)
    "Keyed hash of the address, person or network."
    began_at: Mapped[moment] = mapped_column(primary_key=True)
    "Beginning of the stretch."
    count: Mapped[int]
    "How often so far."

    __table_args__ = (Index("ix_tally_began", "began_at"),)
