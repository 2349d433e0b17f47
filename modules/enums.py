"""The words of modules and sessions."""

from enum import StrEnum

from app.kernel.words import Message


class SessionKind(StrEnum):
    """What happens in a session; teaching counts hours, the rest does not."""

    LECTURE = "lecture"
    WORKSHOP = "workshop"
    GROUP_WORK = "group_work"
    CONSULTATION = "consultation"
    MEETING = "meeting"
    VISIT = "visit"
    DEFENCE = "defence"
    CEREMONY = "ceremony"
    MEAL = "meal"
    TRANSFER = "transfer"


class SessionStatus(StrEnum):
    """Whether a session takes place."""

    CONFIRMED = "confirmed"
    TENTATIVE = "tentative"
    CANCELLED = "cancelled"


class SessionRole(StrEnum):
    """What an expert does in a session."""

    SPEAKER = "speaker"
    MODERATOR = "moderator"
    INTERPRETER = "interpreter"
    MENTOR = "mentor"
    COMMISSION = "commission"


class Half(StrEnum):
    """The halves of a day, as registers are kept; the second begins at 13:00 by the clocks of the place."""

    AM = "am"
    PM = "pm"


class AttendanceState(StrEnum):
    """How somebody attended."""

    PRESENT = "present"
    ONLINE = "online"
    LATE = "late"
    EXCUSED = "excused"
    ABSENT = "absent"
    SUBSTITUTED = "substituted"


class DayKind(StrEnum):
    """Why a day of a working calendar differs from the week's usual."""

    HOLIDAY = "holiday"
    WORKING = "working"


SESSION_KIND_LABELS = {
    SessionKind.LECTURE: Message("Lecture"),
    SessionKind.WORKSHOP: Message("Workshop"),
    SessionKind.GROUP_WORK: Message("Group work"),
    SessionKind.CONSULTATION: Message("Consultation"),
    SessionKind.MEETING: Message("Meeting"),
    SessionKind.VISIT: Message("Visit"),
    SessionKind.DEFENCE: Message("Defence"),
    SessionKind.CEREMONY: Message("Ceremony"),
    SessionKind.MEAL: Message("Meal"),
    SessionKind.TRANSFER: Message("Transfer"),
}
SESSION_STATUS_LABELS = {
    SessionStatus.CONFIRMED: Message("Confirmed"),
    SessionStatus.TENTATIVE: Message("Tentative"),
    SessionStatus.CANCELLED: Message("Cancelled"),
}
SESSION_ROLE_LABELS = {
    SessionRole.SPEAKER: Message("Speaker"),
    SessionRole.MODERATOR: Message("Moderator"),
    SessionRole.INTERPRETER: Message("Interpreter"),
    SessionRole.MENTOR: Message("Mentor"),
    SessionRole.COMMISSION: Message("Commission"),
}
ATTENDANCE_LABELS = {
    AttendanceState.PRESENT: Message("In the room"),
    AttendanceState.ONLINE: Message("Online"),
    AttendanceState.LATE: Message("Late"),
    AttendanceState.EXCUSED: Message("Excused"),
    AttendanceState.ABSENT: Message("Absent"),
    AttendanceState.SUBSTITUTED: Message("Substituted"),
}
