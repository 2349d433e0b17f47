"""Notices, announcements, reminders and people's choices."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.enums import ScopeKind
from app.kernel.base import Base, Identified
from app.kernel.tri import Tri


class Announcement(Identified, Base):
    """What a coordinator tells an audience, in up to three languages.

    ``scope``, ``scope_id``: whose coordinators may see it; ``audience``: ``kind:key`` as the features name audiences.
    ``audience_name`` is kept in words: a group may be gone later. ``key`` makes it exist once, however often its form
    is sent. ``reminded_at``: when those who had not seen it were reminded last.
    """

    __tablename__ = "announcement"
    __table_args__ = (Index(None, "scope", "scope_id"),)

    key: Mapped[str] = mapped_column(String(32), unique=True)
    scope: Mapped[ScopeKind] = mapped_column(String(20))
    scope_id: Mapped[int | None]
    audience: Mapped[str] = mapped_column(String(60))
    audience_name: Mapped[Tri]
    title: Mapped[Tri]
    body: Mapped[Tri]
    by_mail: Mapped[bool]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"), index=True)
    reminded_at: Mapped[datetime | None]
    reminded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"), index=True)


class Notice(Identified, Base):
    """One line of somebody's feed: a person's (also without an account), or an account's that is nobody's on a roster.

    ``key`` makes it exist once. ``values``: by language the tokens of its kind, or those that an announcement's text,
    which all its readers share, has for this one.
    ``seen_by_id``: the account that saw it: the person's own, or an assistant's.
    """

    __tablename__ = "notice"
    __table_args__ = (
        Index(None, "person_id", "seen_at"),
        Index(None, "user_id", "seen_at"),
        Index(None, "announcement_id", "seen_at"),
    )

    key: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(60))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    announcement_id: Mapped[int | None] = mapped_column(ForeignKey("announcement.id"))
    values: Mapped[dict[str, Any]]
    path: Mapped[str | None] = mapped_column(String(300))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    seen_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"), index=True)

    announcement: Mapped[Announcement | None] = relationship()


class ReminderMark(Identified, Base):
    """A reminder was given to somebody, or was found too late: once for its kind, occurrence and recipient."""

    __tablename__ = "reminder_mark"
    __table_args__ = (UniqueConstraint("kind", "occurrence", "recipient"),)

    kind: Mapped[str] = mapped_column(String(60))
    occurrence: Mapped[str] = mapped_column(String(120))
    recipient: Mapped[str] = mapped_column(String(20))
    due_at: Mapped[datetime]
    at: Mapped[datetime] = mapped_column(index=True)
    skipped: Mapped[bool]


class ReminderLook(Base):
    """Up to which moment the occasions of a kind of reminder were looked at."""

    __tablename__ = "reminder_look"

    kind: Mapped[str] = mapped_column(String(60), primary_key=True)
    until: Mapped[datetime]


class NoticeChoice(Identified, Base):
    """An account does not want letters of a kind, or wants them again."""

    __tablename__ = "notice_choice"
    __table_args__ = (UniqueConstraint("user_id", "kind"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(60))
    wanted: Mapped[bool]
