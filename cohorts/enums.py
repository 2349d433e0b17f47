"""The words of programmes and cohorts."""

from enum import StrEnum

from app.kernel.words import Message


class ProgrammeKind(StrEnum):
    """What a programme is in general."""

    EXECUTIVE_TRAINING = "executive_training"
    MODULAR_MASTERS = "modular_masters"
    SCHOLARSHIP_TRAINING = "scholarship_training"
    SEMINAR = "seminar"


class LegalKind(StrEnum):
    """The kind of training in law: Decree 125 of 15.03.2018 (development 8-80 academic hours, retraining from 120)."""

    PROFESSIONAL_DEVELOPMENT = "professional_development"
    RETRAINING = "retraining"
    DEGREE = "degree"


class Mode(StrEnum):
    """How a block of a module is held."""

    OFFLINE = "offline"
    ONLINE = "online"
    DISTANCE = "distance"
    INTERNSHIP = "internship"
    PRACTICUM = "practicum"
    DEFENCE = "defence"


class CohortStatus(StrEnum):
    """The life of a cohort; it can be closed with people who did not complete."""

    PLANNED = "planned"
    RUNNING = "running"
    CLOSED = "closed"


class EnrolmentStatus(StrEnum):
    """Where a person stands in a cohort."""

    ENROLLED = "enrolled"
    WITHDRAWN = "withdrawn"
    COMPLETED = "completed"
    NOT_COMPLETED = "not_completed"


PROGRAMME_KIND_LABELS = {
    ProgrammeKind.EXECUTIVE_TRAINING: Message("Executive training"),
    ProgrammeKind.MODULAR_MASTERS: Message("Modular master's programme"),
    ProgrammeKind.SCHOLARSHIP_TRAINING: Message("Training on a scholarship"),
    ProgrammeKind.SEMINAR: Message("Seminar"),
}
LEGAL_KIND_LABELS = {
    LegalKind.PROFESSIONAL_DEVELOPMENT: Message("Professional development"),
    LegalKind.RETRAINING: Message("Retraining"),
    LegalKind.DEGREE: Message("Degree programme"),
}
MODE_LABELS = {
    Mode.OFFLINE: Message("In person"),
    Mode.ONLINE: Message("Online"),
    Mode.DISTANCE: Message("Distance learning"),
    Mode.INTERNSHIP: Message("Internship"),
    Mode.PRACTICUM: Message("Practicum"),
    Mode.DEFENCE: Message("Defence"),
}
COHORT_STATUS_LABELS = {
    CohortStatus.PLANNED: Message("Planned"),
    CohortStatus.RUNNING: Message("Running"),
    CohortStatus.CLOSED: Message("Closed"),
}
ENROLMENT_STATUS_LABELS = {
    EnrolmentStatus.ENROLLED: Message("Enrolled"),
    EnrolmentStatus.WITHDRAWN: Message("Withdrawn"),
    EnrolmentStatus.COMPLETED: Message("Completed"),
    EnrolmentStatus.NOT_COMPLETED: Message("Not completed"),
}
