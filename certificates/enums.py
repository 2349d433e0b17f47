"""The words of certificates."""

from enum import StrEnum

from app.kernel.words import Message


class BatchStatus(StrEnum):
    """The life of an issue batch."""

    PROPOSED = "proposed"
    RETURNED = "returned"
    ISSUED = "issued"


class CertificateStatus(StrEnum):
    """Whether a certificate may be relied on."""

    VALID = "valid"
    ANNULLED = "annulled"
    REPLACED = "replaced"


class LogEvent(StrEnum):
    """What the register's log records."""

    ISSUED = "issued"
    ANNULLED = "annulled"
    REPLACED = "replaced"


BATCH_STATUS_LABELS = {
    BatchStatus.PROPOSED: Message("Waits for approval"),
    BatchStatus.RETURNED: Message("Sent back"),
    BatchStatus.ISSUED: Message("All issued"),
}
CERTIFICATE_STATUS_LABELS = {
    CertificateStatus.VALID: Message("Valid"),
    CertificateStatus.ANNULLED: Message("Annulled"),
    CertificateStatus.REPLACED: Message("Replaced"),
}
LOG_EVENT_LABELS = {
    LogEvent.ISSUED: Message("Issued"),
    LogEvent.ANNULLED: Message("Annulled"),
    LogEvent.REPLACED: Message("Replaced"),
}
