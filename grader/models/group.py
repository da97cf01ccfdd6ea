"""Students who hand in together."""

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grader.models.base import Base
from grader.models.user import User


class Group(Base):
    """A team for one assignment; what one member hands in counts for all."""

    __tablename__ = "student_group"
    __table_args__ = (UniqueConstraint("assignment_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    name: Mapped[str] = mapped_column(String(120))

    members: Mapped[list["GroupMember"]] = relationship(back_populates="group")


class GroupMember(Base):
    """One student's place in a group; a student has one for each assignment."""

    __tablename__ = "group_member"

    assignment_id: Mapped[int] = mapped_column(
        ForeignKey("assignment.id"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id"), primary_key=True
    )
    group_id: Mapped[int] = mapped_column(ForeignKey("student_group.id"), index=True)

    group: Mapped[Group] = relationship(back_populates="members")
    user: Mapped[User] = relationship()
