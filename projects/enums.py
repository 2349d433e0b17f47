"""The words of projects and defences."""

from enum import StrEnum

from app.kernel.words import Message


class Duty(StrEnum):
    """What somebody does on a commission."""

    CHAIR = "chair"
    MEMBER = "member"
    SECRETARY = "secretary"


class Presence(StrEnum):
    """How a member of a commission takes part in a defence day."""

    ROOM = "room"
    ONLINE = "online"
    ABSENT = "absent"


class Outcome(StrEnum):
    """What a commission decides about a project."""

    ACCEPTED = "accepted"
    TO_REVISE = "to_revise"
    NOT_ACCEPTED = "not_accepted"
    NOT_SUBMITTED = "not_submitted"


DUTY_LABELS = {Duty.CHAIR: Message("Chair"), Duty.MEMBER: Message("Member"), Duty.SECRETARY: Message("Secretary")}
PRESENCE_LABELS = {
    Presence.ROOM: Message("In the room"),
    Presence.ONLINE: Message("Online"),
    Presence.ABSENT: Message("Absent"),
}
OUTCOME_LABELS = {
    Outcome.ACCEPTED: Message("Accepted"),
    Outcome.TO_REVISE: Message("To revise"),
    Outcome.NOT_ACCEPTED: Message("Not accepted"),
    Outcome.NOT_SUBMITTED: Message("Not submitted"),
}
