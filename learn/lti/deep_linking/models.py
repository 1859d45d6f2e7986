"""What a platform asked to be chosen, kept until it is answered."""

from sqlalchemy import Boolean, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from courses.db import Base, BigKey, json_list, moment, short
from learn.lti.models import Address


class DeepLinkRequest(Base):
    """One choice that a platform asked for: what may be returned, and where to. Answered exactly once."""

    __tablename__ = "deep_link_request"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    "SHA-256 of the random key that the picker's forms carry, since a frame may keep no cookie."
    registration_id: Mapped[int] = mapped_column(BigKey, ForeignKey("registration.id"))
    "The platform."
    deployment_id: Mapped[short]
    "The platform's own name for the deployment, said again in the answer."
    context_pk: Mapped[int | None] = mapped_column(BigKey, ForeignKey("context.id"))
    "Where the link will be; null when it was not said."
    user_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("user.id"))
    "Who chooses."
    return_url: Mapped[str] = mapped_column(Address)
    "Where the answer goes."
    data: Mapped[str | None] = mapped_column(Text)
    "What has to be echoed; null when nothing was sent."
    accept_types: Mapped[json_list]
    "Kinds of content items that may be returned."
    accept_targets: Mapped[json_list]
    "Ways of opening that may be asked for: iframe, window, embed."
    accepts_multiple: Mapped[bool] = mapped_column(Boolean)
    "Whether several may be returned at once."
    accepts_line_item: Mapped[bool] = mapped_column(Boolean)
    "Whether a line item may be asked for."
    current: Mapped[str] = mapped_column(Address)
    "The path that the link opens now, where an existing one is changed; may be empty."
    frame_origins: Mapped[json_list]
    "Origins whose pages may frame the picker."
    expires_at: Mapped[moment]
    "Not answered from here on."

    __table_args__ = (Index("ix_deep_link_request_expires", "expires_at"),)
