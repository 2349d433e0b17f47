"""A date as sources give it: a day, or only a month (ISO 8601 reduced precision)."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

_TEXT = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?")


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A year, a month and, when known, a day.

    Raises:
        ValueError: there is no such day or month.

    """

    year: int
    month: int
    day: int | None = None

    def __post_init__(self) -> None:
        """Refuse days that the calendar doesn't have."""
        date(self.year, self.month, self.day or 1)

    def __str__(self) -> str:
        """ISO 8601: ``2023-04`` or ``2023-04-15``."""
        return f"{self.year:04}-{self.month:02}" + (f"-{self.day:02}" if self.day else "")

    @classmethod
    def parse(cls, text: str) -> "PartialDate":
        """Read ISO 8601 text; ValueError when it is neither a day nor a month."""
        match = _TEXT.fullmatch(text.strip())
        if not match:
            msg = f"{text!r} is neither YYYY-MM nor YYYY-MM-DD"
            raise ValueError(msg)
        year, month, day = match.groups()
        return cls(int(year), int(month), int(day) if day else None)

    @classmethod
    def of(cls, day: date) -> "PartialDate":
        """A fully known day."""
        return cls(day.year, day.month, day.day)

    @property
    def first_day(self) -> date:
        """The earliest day that this can mean."""
        return date(self.year, self.month, self.day or 1)

    @property
    def last_day(self) -> date:
        """The latest day that this can mean."""
        return date(self.year, self.month, self.day or monthrange(self.year, self.month)[1])
