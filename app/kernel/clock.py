"""The one place that asks what time it is. Services and rules get the moment as an argument."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

HOME_ZONE = "Asia/Almaty"  # where nothing else says so: the zone of the Academy


def now() -> datetime:
    """This moment, aware, in UTC, in whole microseconds."""
    return datetime.now(UTC)


def day_of(moment: datetime, zone: str = HOME_ZONE) -> date:
    """The date that calendars of a zone (IANA name) show at a moment: in Almaty it is tomorrow from 19:00 UTC on."""
    return moment.astimezone(ZoneInfo(zone)).date()
