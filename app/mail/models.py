"""The outbox."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.enums import ScopeKind
from app.kernel.base import Base, Identified
from app.mail.enums import LetterState


class Mailing(Identified, Base):
    """What was written to many at once: the texts of a template and the values that all its letters share.

    ``texts``: the template's, as they were then. ``values``: for each language its tokens, already in words.
    ``essential``: its readers cannot do without it. ``scope``: whose coordinators may see it.
    """

    __tablename__ = "mailing"
    __table_args__ = (Index(None, "scope", "scope_id"),)

    template: Mapped[str] = mapped_column(String(60))
    texts: Mapped[dict[str, Any]]
    values: Mapped[dict[str, Any]]
    essential: Mapped[bool]
    scope: Mapped[ScopeKind] = mapped_column(String(20))
    scope_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(index=True)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"), index=True)

    letters: Mapped[list["Letter"]] = relationship(back_populates="mailing", order_by="Letter.id", lazy="raise")


class Letter(Identified, Base):
    """A mailing to one address. ``message_id`` is the same at every try, so that a repeated letter can be recognised.

    ``values``: the tokens that are this recipient's alone, in the recipient's language. ``path``: where its button
    leads. ``calendar``: iCalendar text. ``problem``: why the last try did not succeed, as JSON of a Message.
    """

    __tablename__ = "letter"
    __table_args__ = (Index(None, "state", "due_at"),)

    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"), index=True)
    address: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(300))
    search_key: Mapped[str] = mapped_column(String(600))
    language: Mapped[str] = mapped_column(String(2))
    time_zone: Mapped[str] = mapped_column(String(60))
    values: Mapped[dict[str, Any]]
    path: Mapped[str | None] = mapped_column(String(300))
    calendar: Mapped[str | None] = mapped_column(Text)
    message_id: Mapped[str] = mapped_column(String(32), unique=True)
    state: Mapped[LetterState] = mapped_column(String(12))
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime | None] = mapped_column(index=True)
    problem: Mapped[dict[str, Any] | None]

    mailing: Mapped[Mailing] = relationship(back_populates="letters")
