"""The declarative base of every table, and the column types that tables share."""

from datetime import UTC, date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Date, DateTime, Dialect, MetaData, String, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.kernel.partial_date import PartialDate
from app.kernel.tri import Tri

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC: aware in Python, without a zone in the database, the same on SQLite and PostgreSQL."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone: it would be stored as another moment."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "a moment must carry its zone"
            raise ValueError(msg)
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        return None if value is None else value.replace(tzinfo=UTC)


class TriType(TypeDecorator[Tri]):
    """A text in three languages, kept as one JSON object."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: Tri | None, dialect: Dialect) -> dict[str, Any] | None:
        """Write the known languages only."""
        return None if value is None else value.as_dict()

    def process_result_value(self, value: dict[str, Any] | None, dialect: Dialect) -> Tri | None:
        """Read it back."""
        return None if value is None else Tri.from_dict(value)


class PartialDateType(TypeDecorator[PartialDate]):
    """A date of which only the month may be known, kept as ISO 8601 text, which sorts as time does."""

    impl = String(10)
    cache_ok = True

    def process_bind_param(self, value: PartialDate | None, dialect: Dialect) -> str | None:
        """Write ``2023-04`` or ``2023-04-15``."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> PartialDate | None:
        """Read it back."""
        return None if value is None else PartialDate.parse(value)


class Base(DeclarativeBase):
    """Every table: a naming convention for constraints, and one column type for each Python type."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        date: Date,
        Tri: TriType,
        PartialDate: PartialDateType,
        dict[str, Any]: JSON(none_as_null=True),
        list[str]: JSON(none_as_null=True),
    }


class Identified:
    """A table with a surrogate key."""

    id: Mapped[int] = mapped_column(primary_key=True)


class Versioned:
    """A row that two people may edit at once: the second save is refused, not lost (optimistic locking)."""

    version: Mapped[int] = mapped_column(default=1)
