"""Time zones in the words of the page's language."""

from datetime import datetime

from app.kernel.words import Message
from app.web import formats
from app.web.locale import translate

NAMES = {
    "Asia/Almaty": Message("Astana time"),
    "Asia/Dubai": Message("UAE time"),
    "Asia/Tashkent": Message("Tashkent time"),
    "Asia/Bishkek": Message("Bishkek time"),
    "Asia/Dushanbe": Message("Dushanbe time"),
    "Asia/Baku": Message("Baku time"),
    "Asia/Tbilisi": Message("Tbilisi time"),
    "Europe/Moscow": Message("Moscow time"),
    "Europe/Istanbul": Message("Istanbul time"),
    "Europe/London": Message("London time"),
    "Europe/Berlin": Message("Central European time"),
    "Asia/Singapore": Message("Singapore time"),
    "Asia/Seoul": Message("Seoul time"),
    "Asia/Shanghai": Message("Beijing time"),
    "America/New_York": Message("New York time"),
}


def zone_name(zone: str) -> str:
    """The time of a zone in words; the city of its name when we have none."""
    return translate(NAMES[zone]) if zone in NAMES else zone.rpartition("/")[2].replace("_", " ")


def zone_words(zone: str, moment: datetime) -> str:
    """A zone with how far it is from UTC at a moment: "Astana time, UTC+5"."""
    return f"{zone_name(zone)}, {formats.offset(moment, zone)}"
