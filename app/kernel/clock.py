"""The one place that asks what time it is. Services and rules get the moment as an argument."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """This moment, aware, in UTC, in whole microseconds."""
    return datetime.now(UTC)


def today(zone: str) -> date:
    """The date at this moment in a zone of the IANA database, such as ``Asia/Almaty``."""
    return now().astimezone(ZoneInfo(zone)).date()
