"""People who can sign in, and what Flask-Security needs to know of them.

The pages add Flask-Security's own mix-ins; the columns are all here.
"""

import uuid
from datetime import UTC, datetime

from sqlalchemy import JSON, Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grader.models.base import Base, UtcDateTime

user_role = Table(
    "user_role",
    Base.metadata,
    Column("user_id", ForeignKey("user_account.id"), primary_key=True),
    Column("role_id", ForeignKey("role.id"), primary_key=True),
)


def _now() -> datetime:
    return datetime.now(UTC)


class Role(Base):
    """A site-wide role. What a person may do in a course is an ``Enrolment``."""

    __tablename__ = "role"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    description: Mapped[str] = mapped_column(String(255), default="")


class User(Base):
    """A person with an account.

    ``fs_uniquifier`` is in every session: giving the account a new one signs the
    person out everywhere.

    Parameters
    ----------
    totp_secret
        Encrypted secret of the second factor; ``None`` without one.
    recovery_codes
        Hashes of the codes that stand in for it once each.
    erased_at
        When the person's name and address were taken out of the row.
    """

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(255), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(
        String(64), unique=True, default=lambda: uuid.uuid4().hex
    )
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_admin: Mapped[bool] = mapped_column(default=False)
    must_change_password: Mapped[bool] = mapped_column(default=False)
    totp_secret: Mapped[str | None] = mapped_column(String(255))
    recovery_codes: Mapped[list[str]] = mapped_column(
        JSON, default=list, server_default="[]"
    )
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=_now)

    roles: Mapped[list[Role]] = relationship(secondary=user_role)
