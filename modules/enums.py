"""The words of modules and sessions."""

from enum import StrEnum

from app.kernel.words import Message


class SessionKind(StrEnum):
    """What happens in a session; teaching counts hours, the rest does not."""

    LECTURE = "lecture"
    WORKSHOP = "workshop"
    GROUP_WORK = "group_work"
    CONSULTATION = "consultation"
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


SESSION_KIND_LABELS = {
    SessionKind.LECTURE: Message("Lecture"),
    SessionKind.WORKSHOP: Message("Workshop"),
    SessionKind.GROUP_WORK: Message("Group work"),
    SessionKind.CONSULTATION: Message("Consultation"),
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
