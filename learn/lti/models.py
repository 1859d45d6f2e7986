"""What is known of the platforms: registrations and all that hangs on them. Names are those of LTI 1.3."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from courses.db import Base, BigKey, Json, intpk, json_list, json_object, long, moment, short, varchar_enum

Address = String(2000)


class Reports(enum.StrEnum):
    """What a link sends to the platform's gradebook."""

    COMPLETION = "completion"
    PROGRESS = "progress"
    BEST_SCORE = "best_score"


class Purpose(enum.StrEnum):
    """What a line item of a link is for: its result, or how far the learner is."""

    RESULT = "result"
    PROGRESS = "progress"


class Registration(Base):
    """A platform that may launch us: issuer + client_id + endpoints. Unique as a pair (Security Framework 1.0 §5.1.1)."""

    __tablename__ = "registration"

    id: Mapped[intpk]
    name: Mapped[short]
    "What people call the platform, for example NIHR Learn."
    issuer: Mapped[str] = mapped_column(String(500))
    "`iss` of its tokens."
    client_id: Mapped[short]
    "Our name with it."
    auth_url: Mapped[str] = mapped_column(Address)
    "OIDC authentication endpoint."
    token_url: Mapped[str] = mapped_column(Address)
    "OAuth 2 token endpoint."
    jwks_url: Mapped[str] = mapped_column(Address)
    "Its public keys."
    token_audience: Mapped[str | None] = mapped_column(Address)
    "`aud` of our client assertion where it is not the token endpoint."
    frame_origins: Mapped[json_list]
    "Origins whose pages may frame us; learned from its addresses and return_url, editable."
    is_active: Mapped[bool] = mapped_column(Boolean)
    "False refuses its launches."
    is_pending: Mapped[bool] = mapped_column(Boolean, server_default=false())
    "Registered itself without an invitation and waits for an administrator; it is not active until then."
    product: Mapped[short] = mapped_column(server_default="")
    "What kind of platform it says it is, for example moodle; may be empty."
    scopes: Mapped[json_list] = mapped_column(server_default=text("'[]'"))
    "Service scopes that it granted when it registered itself; empty where it was connected by hand."
    takes_new_deployments: Mapped[bool] = mapped_column(Boolean)
    "True until the first deployment is known: the first launch then names it. False refuses unknown ones."
    legacy_key: Mapped[str | None] = mapped_column(String(255))
    "Consumer key of its LTI 1.1 connection, where people come over from one."
    legacy_secret: Mapped[str | None] = mapped_column(Text)
    "That key's secret, encrypted as the keys are."
    trusts_email: Mapped[bool] = mapped_column(Boolean, server_default=false())
    "An administrator's word that its email claims are proven: a first launch then joins the account with that address."
    version: Mapped[int]
    "Raised with every change, so that cached copies notice."
    created_at: Mapped[moment]
    "When it was added."

    __table_args__ = (UniqueConstraint("issuer", "client_id"),)


class Deployment(Base):
    """One place where a platform put the tool (Core 1.3 §3.1.3)."""

    __tablename__ = "deployment"

    id: Mapped[intpk]
    registration_id: Mapped[int] = mapped_column(BigKey, ForeignKey("registration.id"))
    "The platform."
    deployment_id: Mapped[short]
    "Its own name for it."
    notices_url: Mapped[str | None] = mapped_column(Address)
    "Where it takes the address that its notices go to (PNS 1.0); null where it sends none."
    notices_at: Mapped[datetime | None]
    "When it was asked to send them."
    created_at: Mapped[moment]
    "When it was first known."

    __table_args__ = (UniqueConstraint("registration_id", "deployment_id"),)


class Context(Base):
    """The platform's course."""

    __tablename__ = "context"

    id: Mapped[intpk]
    deployment_pk: Mapped[int] = mapped_column(BigKey, ForeignKey("deployment.id"))
    "The deployment."
    context_id: Mapped[short]
    "`context.id`."
    title: Mapped[long]
    "`context.title`; may be empty."
    label: Mapped[short]
    "`context.label`; may be empty."
    memberships_url: Mapped[str | None] = mapped_column(Address)
    "Names and roles service, as last told."
    lineitems_url: Mapped[str | None] = mapped_column(Address)
    "Line items container, as last told."
    groups_url: Mapped[str | None] = mapped_column(Address)
    "Course groups service, as last told; null where the platform has none."
    scopes: Mapped[json_list] = mapped_column(server_default=text("'[]'"))
    "AGS scopes that the last launch with a line items container granted."
    copied_from_pk: Mapped[int | None] = mapped_column(BigKey)
    "The context that it was copied from, where the platform said so and we know it; by number alone."
    roster_at: Mapped[datetime | None]
    "When the whole roster was last read; null before the first time."
    roster_tried_at: Mapped[datetime | None]
    "When reading it was last tried."
    roster_error: Mapped[str] = mapped_column(String(40), server_default="")
    "Why it could not be read the last time, as a code that has words; empty when all is well."
    differences_url: Mapped[str | None] = mapped_column(Address)
    "Where the platform tells what changed since roster_at (NRPS 2.0 rel=differences); null where it does not."
    created_at: Mapped[moment]
    "When it was first seen."

    __table_args__ = (UniqueConstraint("deployment_pk", "context_id"),)


class ResourceLink(Base):
    """One link in the platform that opens us."""

    __tablename__ = "resource_link"

    id: Mapped[intpk]
    deployment_pk: Mapped[int] = mapped_column(BigKey, ForeignKey("deployment.id"))
    "The deployment."
    context_pk: Mapped[int | None] = mapped_column(BigKey, ForeignKey("context.id"), index=True)
    "The context; some launches have none."
    resource_link_id: Mapped[short]
    "`resource_link.id`."
    title: Mapped[long]
    "`resource_link.title`; may be empty."
    target: Mapped[str] = mapped_column(Address)
    "The path it opens, as last launched."
    lineitem_id: Mapped[int | None] = mapped_column(
        BigKey, ForeignKey("line_item.id", use_alter=True, name="fk_resource_link_lineitem_id")
    )
    "Its own line item, as last told; null when scores are not wanted."
    reports: Mapped[Reports] = mapped_column(varchar_enum(Reports), server_default=Reports.COMPLETION.value)
    "What is sent: completion alone, progress as it grows, or the best quiz score when complete."
    wants_progress_item: Mapped[bool] = mapped_column(Boolean, server_default=false())
    "Whether staff want a second column that shows how far each learner is."
    progress_item_id: Mapped[int | None] = mapped_column(BigKey)
    "That second column, once it was found or made; by number alone."
    pass_mark: Mapped[int | None]
    "Best score in per cent that has to be reached before anything is sent; null for none."
    copied_from_pk: Mapped[int | None] = mapped_column(BigKey)
    "The link that it was copied from, by number alone; its settings came along, no learner's data."
    created_at: Mapped[moment]
    "When it was first seen."

    __table_args__ = (UniqueConstraint("deployment_pk", "resource_link_id"),)


class LineItem(Base):
    """A column of the platform's gradebook that a link's scores go to (AGS 2.0)."""

    __tablename__ = "line_item"

    id: Mapped[intpk]
    registration_id: Mapped[int] = mapped_column(BigKey, ForeignKey("registration.id"))
    "The platform."
    url_hash: Mapped[str] = mapped_column(String(64))
    "SHA-256 of its address, which is too long to index."
    url: Mapped[str] = mapped_column(Address)
    "Its address, query included."
    resource_link_pk: Mapped[int] = mapped_column(BigKey, ForeignKey("resource_link.id"), index=True)
    "The link that named it."
    scopes: Mapped[json_list]
    "AGS scopes that the last launch granted."
    purpose: Mapped[Purpose] = mapped_column(varchar_enum(Purpose), server_default=Purpose.RESULT.value)
    "The link's result, or its second column for progress."
    resource_id: Mapped[short] = mapped_column(server_default="")
    "Our own name for what it measures (AGS resourceId), by which it is found again; empty where none was given."
    tag: Mapped[short] = mapped_column(server_default="")
    "Which of several columns of the same thing (AGS tag)."
    replaced_by_id: Mapped[int | None] = mapped_column(BigKey)
    "The column that took its place after the platform lost this one; by number alone."
    checked_at: Mapped[datetime | None]
    "When what stands in it was last compared with what it accepted."
    created_at: Mapped[moment]
    "When it was first seen."

    __table_args__ = (UniqueConstraint("registration_id", "url_hash"),)


class PlatformUser(Base):
    """A person as one platform knows them: (registration, sub)."""

    __tablename__ = "platform_user"

    id: Mapped[intpk]
    registration_id: Mapped[int] = mapped_column(BigKey, ForeignKey("registration.id"))
    "The platform."
    sub: Mapped[short]
    "Its name for the person, case-sensitive."
    user_id: Mapped[int] = mapped_column(BigKey, ForeignKey("user.id"), index=True)
    "The person here."
    created_at: Mapped[moment]
    "When the person first launched."

    __table_args__ = (UniqueConstraint("registration_id", "sub"),)


class LtiLogin(Base):
    """One login begun and not yet used: state and nonce, consumed together exactly once."""

    __tablename__ = "lti_login"

    state_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    "SHA-256 of the state."
    nonce_hash: Mapped[str] = mapped_column(String(64))
    "SHA-256 of the nonce."
    registration_id: Mapped[int] = mapped_column(BigKey, ForeignKey("registration.id"))
    "Who began it."
    target_link_uri: Mapped[str] = mapped_column(Address)
    "What the login asked to open; the launch has to say the same."
    storage_target: Mapped[str | None] = mapped_column(String(255))
    "Frame that keeps data for us where cookies are not kept (lti_storage_target); null where none is offered."
    asked: Mapped[json_object] = mapped_column(server_default=text("'{}'"))
    "What the platform began with, its own name for the person included: a new window begins again with it."
    expires_at: Mapped[moment]
    "Not valid from here on."

    __table_args__ = (Index("ix_lti_login_expires", "expires_at"),)


class PlatformKeys(Base):
    """A platform's public keys, the last good set, shared by all processes."""

    __tablename__ = "platform_keys"

    registration_id: Mapped[int] = mapped_column(BigKey, ForeignKey("registration.id"), primary_key=True)
    "The platform."
    jwks: Mapped[json_object]
    "The key set as served."
    fetched_at: Mapped[moment]
    "When it was read."
    tried_at: Mapped[moment]
    "When reading it was last tried, so that an unknown kid cannot make us ask all the time."


class ToolKey(Base):
    """A signing key of ours. Served while it is not removed; the oldest that is not retired signs."""

    __tablename__ = "tool_key"

    kid: Mapped[str] = mapped_column(String(64), primary_key=True)
    "Its name in the key set."
    private_pem: Mapped[long]
    "The private key, encrypted with a key derived from FRONTLINE_SECRET_KEY."
    public_jwk: Mapped[dict[str, Any]] = mapped_column(Json)
    "The public half, as served."
    created_at: Mapped[moment]
    "When it was made."
    retired_at: Mapped[datetime | None]
    "Not used to sign any more from here on, which may lie ahead; still served for platforms that hold what it signed."


class AccessToken(Base):
    """A platform's service token, kept until it ends."""

    __tablename__ = "access_token"

    registration_id: Mapped[int] = mapped_column(BigKey, ForeignKey("registration.id"), primary_key=True)
    "The platform."
    scope_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    "SHA-256 of the sorted scopes asked for."
    token: Mapped[long]
    "The bearer token, encrypted as the keys are."
    expires_at: Mapped[moment]
    "Not used from here on: the platform's word less a minute."
