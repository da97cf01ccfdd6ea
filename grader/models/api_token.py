"""Keys for programs that act for a person."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from grader.models.base import Base, UtcDateTime, word


class TokenScope(StrEnum):
    """What a token allows; each includes those before it."""

    READ = "read"
    SUBMIT = "submit"
    MANAGE = "manage"


class ApiToken(Base):
    """One personal token; the token itself is shown once and kept nowhere.

    Parameters
    ----------
    start
        Its first characters, so that people can tell their tokens apart.
    digest
        SHA-256 of the whole token.
    """

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    start: Mapped[str] = mapped_column(String(16))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    scope: Mapped[TokenScope] = mapped_column(word(TokenScope))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
