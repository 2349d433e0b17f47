"""Facts and entries for the tests of rules."""

from datetime import UTC, datetime, timedelta
from typing import Any

from app.kernel.tri import Tri
from modules.enums import SessionKind, SessionStatus
from modules.rules.agenda import Entry
from modules.rules.facts import Facts

START = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)


def facts(**changes: Any) -> Facts:  # noqa: ANN401 - any field
    given: dict[str, Any] = {
        "title": Tri(en="Ethics"),
        "starts_at": START,
        "ends_at": START + timedelta(minutes=90),
        "time_zone": "Asia/Almaty",
        **changes,
    }
    return Facts(**given)


def entry(number: int = 1, **changes: Any) -> Entry:  # noqa: ANN401 - any field
    given: dict[str, Any] = {
        "id": number,
        "session_id": number,
        "uid": f"uid-{number}",
        "cohort_id": 1,
        "module_id": 1,
        "version_number": 1,
        "sequence": 0,
        "changed_at": START,
        "kind": SessionKind.LECTURE,
        "status": SessionStatus.CONFIRMED,
        "title": Tri(en="Ethics"),
        "starts_at": START,
        "ends_at": START + timedelta(minutes=90),
        "time_zone": "Asia/Almaty",
        "rooms": [],
        "address": None,
        "link": None,
        "speaker": None,
        "languages": [],
        "audience": [],
        "people": [],
        "note": None,
        "seen": None,
        **changes,
    }
    return Entry(**given)
