"""Who may do what with groups, projects and defences."""

from app.accounts.enums import DelegatedArea, Role
from app.accounts.rules import Actor, permission

VIEW_PROJECTS = permission("projects.view", Role.ADMINISTRATOR, Role.COORDINATOR, Role.AUDITOR)
MANAGE_PROJECTS = permission("projects.manage", Role.COORDINATOR)
VIEW_OWN_PROJECT = permission("projects.view_own", Role.PARTICIPANT, Role.ASSISTANT)
HAND_IN = permission("projects.hand_in", Role.PARTICIPANT)


def has_project(actor: Actor) -> bool:
    """Whether the page of the own project has anybody's on it: a participant's, or one entrusted to an assistant."""
    return Role.PARTICIPANT in actor.roles or bool(principals(actor))


def principals(actor: Actor) -> dict[int, str]:
    """The people whose project this account reads as an assistant: key of the person and name."""
    return {who.person_id: who.name for who in actor.principals if DelegatedArea.PROJECT in who.areas}
