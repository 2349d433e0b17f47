"""Which rooms sessions take on which days, written with every session that is written."""

from collections.abc import Sequence
from datetime import UTC

from sqlalchemy import delete
from sqlalchemy.orm import Session

from modules.models import ModuleSession, SessionRoom
from modules.rules.conflicts import room_key


def take_rooms(session: Session, meetings: Sequence[ModuleSession]) -> None:
    """Write the rooms of sessions anew, one row for each day (UTC) that they begin or end on; both are flushed."""
    session.flush()
    session.execute(delete(SessionRoom).where(SessionRoom.session_id.in_([meeting.id for meeting in meetings])))
    session.add_all(
        SessionRoom(session_id=meeting.id, room=room, day=day)
        for meeting in meetings
        for room in dict.fromkeys(map(room_key, meeting.rooms))
        for day in dict.fromkeys(moment.astimezone(UTC).date() for moment in (meeting.starts_at, meeting.ends_at))
    )
    session.flush()
