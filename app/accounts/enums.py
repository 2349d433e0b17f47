"""The words of access: roles, scopes, and what an assistant may be trusted with."""

from enum import StrEnum

from app.kernel.words import Message


class Role(StrEnum):
    """What somebody is; what each may do stands with each permission."""

    ADMINISTRATOR = "administrator"
    COORDINATOR = "coordinator"
    HOST_COORDINATOR = "host_coordinator"
    OFFICIAL = "official"
    APPROVER = "approver"
    AUDITOR = "auditor"
    PARTICIPANT = "participant"
    ASSISTANT = "assistant"


class ScopeKind(StrEnum):
    """Where a role holds."""

    EVERYWHERE = "everywhere"
    ORGANISATION = "organisation"
    PROGRAMME = "programme"
    COHORT = "cohort"
    MODULE = "module"


class DelegatedArea(StrEnum):
    """What an assistant does for the person."""

    SCHEDULE = "schedule"
    PROJECT = "project"
    NOTICES = "notices"


ROLE_LABELS = {
    Role.ADMINISTRATOR: Message("Administrator"),
    Role.COORDINATOR: Message("Programme coordinator"),
    Role.HOST_COORDINATOR: Message("Host coordinator"),
    Role.OFFICIAL: Message("Ministry official"),
    Role.APPROVER: Message("Approver"),
    Role.AUDITOR: Message("Auditor"),
    Role.PARTICIPANT: Message("Participant"),
    Role.ASSISTANT: Message("Assistant"),
}
