"""Who may do what with a schedule."""

from app.accounts.enums import DelegatedArea, Role
from app.accounts.rules import Actor, permission

VIEW_SCHEDULE = permission(
    "modules.view_schedule", Role.ADMINISTRATOR, Role.COORDINATOR, Role.HOST_COORDINATOR, Role.AUDITOR
)
MANAGE_SCHEDULE = permission("modules.manage_schedule", Role.COORDINATOR, Role.HOST_COORDINATOR)
PUBLISH_SCHEDULE = permission("modules.publish_schedule", Role.COORDINATOR)
MANAGE_CALENDARS = permission("modules.manage_calendars", Role.ADMINISTRATOR, Role.COORDINATOR)
HOST_MODULE = permission("modules.host", Role.HOST_COORDINATOR)
VIEW_ATTENDANCE = permission(
    "modules.view_attendance", Role.ADMINISTRATOR, Role.COORDINATOR, Role.HOST_COORDINATOR, Role.AUDITOR
)
MARK_ATTENDANCE = permission("modules.mark_attendance", Role.COORDINATOR, Role.HOST_COORDINATOR)
VIEW_OWN_SCHEDULE = permission("modules.view_own_schedule", Role.PARTICIPANT, Role.ASSISTANT)


def has_schedule(actor: Actor) -> bool:
    """Whether the page of the own schedule has anybody's on it: a participant's, or one entrusted to an assistant.

    It is also the page of an assistant to whom nobody entrusted anything yet, and says so.
    """
    return Role.PARTICIPANT in actor.roles or bool(principals(actor)) or not actor.principals


def principals(actor: Actor) -> dict[int, str]:
    """The people whose schedule this account reads as an assistant: key of the person and name."""
    return {who.person_id: who.name for who in actor.principals if DelegatedArea.SCHEDULE in who.areas}
