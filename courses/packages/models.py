"""What uploads are kept as: one stored object each, found again by its content."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from courses.db import Base, BigKey, bits, intpk, moment


class Package(Base):
    """One upload that is played from the content origin: a zip that is never unpacked, or a single file."""

    __tablename__ = "package"

    id: Mapped[intpk]
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    "The stored object."
    is_zip: Mapped[bool]
    "Whether its members are served, or the object itself under its one name."
    size: Mapped[int] = mapped_column(BigKey)
    "Bytes of the stored object."
    entry_count: Mapped[int]
    "Files in it."
    index: Mapped[bits]
    "Where each member lies (courses.packages.stored), zlib-compressed JSON; read once a process, as it never changes."
    created_at: Mapped[moment]
    "When it was first uploaded."
