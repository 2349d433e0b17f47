"""The one place that asks what time it is. Services and rules get the moment as an argument."""

from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

HOME_ZONE = "Asia/Almaty"  # where nothing else says so: the zone of the Academy


def now() -> datetime:
    """This moment, aware, in UTC, in whole microseconds."""
    return datetime.now(UTC)


def day_of(moment: datetime, zone: str = HOME_ZONE) -> date:
    """The date that calendars of a zone (IANA name) show at a moment: in Almaty it is tomorrow from 19:00 UTC on."""
    return moment.astimezone(ZoneInfo(zone)).date()


@cache
def zones() -> frozenset[str]:
    """Every zone of the IANA database. Python looks through hundreds of files for them each time it is asked."""
    return frozenset(available_timezones())
