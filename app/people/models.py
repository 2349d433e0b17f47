"""Tables of people."""

from datetime import date

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.kernel.base import Base, Identified, Versioned
from app.kernel.tri import Tri
from app.organisations.models import Organisation
from app.people.enums import NameForm, NameKind


class Person(Identified, Versioned, Base):
    """A human being. Nothing is ever derived from the IIN; foreigners have none."""

    __tablename__ = "person"

    iin: Mapped[str | None] = mapped_column(String(12), unique=True)
    passport: Mapped[str | None] = mapped_column(String(40))
    citizenship: Mapped[str | None] = mapped_column(String(2))
    phone: Mapped[str | None] = mapped_column(String(40))
    search_key: Mapped[str] = mapped_column(String(1000), index=True)
    sort_key: Mapped[str] = mapped_column(String(400), index=True)

    names: Mapped[list["PersonName"]] = relationship(back_populates="person", order_by="PersonName.id")
    emails: Mapped[list["PersonEmail"]] = relationship(order_by="PersonEmail.id")
    posts: Mapped[list["Post"]] = relationship(order_by="Post.id")


class PersonName(Identified, Base):
    """A name in one script. A mononym has a surname only. ``valid_to`` None: the name of today."""

    __tablename__ = "person_name"
    __table_args__ = (Index(None, "person_id", "form", "valid_to"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    form: Mapped[NameForm] = mapped_column(String(10))
    kind: Mapped[NameKind] = mapped_column(String(20))
    surname: Mapped[str] = mapped_column(String(120))
    given_name: Mapped[str | None] = mapped_column(String(120))
    patronymic: Mapped[str | None] = mapped_column(String(120))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]

    person: Mapped[Person] = relationship(back_populates="names")

    @property
    def full(self) -> str:
        """Surname first, as official documents write it."""
        return " ".join(part for part in (self.surname, self.given_name, self.patronymic) if part)


class PersonEmail(Identified, Base):
    """A contact address; not unique: one reception mailbox serves several people."""

    __tablename__ = "person_email"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    address: Mapped[str] = mapped_column(String(254))
    identity: Mapped[str] = mapped_column(String(254), index=True)


class Post(Identified, Base):
    """A position that a person holds or held in an organisation."""

    __tablename__ = "post"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    title: Mapped[Tri | None]
    category: Mapped[str | None] = mapped_column(String(40))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]

    organisation: Mapped[Organisation | None] = relationship()
