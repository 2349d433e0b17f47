"""Tables of accounts."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.enums import DelegatedArea, Role, ScopeKind
from app.kernel.base import Base, Identified
from app.people.models import Person


class User(Identified, Base):
    """An account. ``session_version`` grows when its sessions must end (new password, changed grants)."""

    __tablename__ = "user_account"

    email: Mapped[str] = mapped_column(String(254))
    identity: Mapped[str] = mapped_column(String(254), unique=True)
    display_name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(200))
    session_version: Mapped[int] = mapped_column(default=1)
    active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str | None] = mapped_column(String(2))
    time_zone: Mapped[str | None] = mapped_column(String(60))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]

    person: Mapped[Person | None] = relationship()
    grants: Mapped[list["Grant"]] = relationship(back_populates="user", order_by="Grant.id")


class Grant(Identified, Base):
    """A role that holds in a scope, from a day to a day (both included; None is open)."""

    __tablename__ = "user_grant"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role] = mapped_column(String(20))
    scope: Mapped[ScopeKind] = mapped_column(String(20))
    scope_id: Mapped[int | None]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]

    user: Mapped[User] = relationship(back_populates="grants")


class Delegation(Identified, Base):
    """An assistant acts for a person in one area; the audit says "B for A"."""

    __tablename__ = "delegation"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    area: Mapped[DelegatedArea] = mapped_column(String(20))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]

    person: Mapped[Person] = relationship()


class SignInAttempt(Identified, Base):
    """A failed sign-in, counted by the throttle; ``key`` is a keyed hash, so that no address is kept."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index(None, "key", "at"),)

    key: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
