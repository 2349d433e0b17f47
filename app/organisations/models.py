"""Tables of organisations. Names carry dates; successors are links, so that a past remit can be reconstructed."""

from datetime import date

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.kernel.base import Base, Identified
from app.kernel.tri import Tri
from app.organisations.enums import OrganisationKind


class Organisation(Identified, Base):
    """An organisation. ``search_key`` is that of all its present names, ``sort_key`` of the first."""

    __tablename__ = "organisation"

    code: Mapped[str | None] = mapped_column(String(60), unique=True)
    kind: Mapped[OrganisationKind] = mapped_column(String(20))
    name: Mapped[Tri]
    country: Mapped[str | None] = mapped_column(String(2))
    city: Mapped[Tri | None]
    time_zone: Mapped[str | None] = mapped_column(String(60))
    bin: Mapped[str | None] = mapped_column(String(12))
    search_key: Mapped[str] = mapped_column(String(1200), index=True)
    sort_key: Mapped[str] = mapped_column(String(400), index=True)

    former_names: Mapped[list["FormerName"]] = relationship(order_by="FormerName.valid_to")


class FormerName(Identified, Base):
    """A name that an organisation bore until a day."""

    __tablename__ = "organisation_former_name"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    name: Mapped[Tri]
    valid_to: Mapped[date]


class Succession(Identified, Base):
    """One organisation followed another: its officials inherit the remit."""

    __tablename__ = "organisation_succession"
    __table_args__ = (UniqueConstraint("predecessor_id", "successor_id"),)

    predecessor_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    successor_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    took_place_on: Mapped[date | None]
