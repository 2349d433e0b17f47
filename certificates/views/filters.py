"""Filters of the certificates' templates."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from markupsafe import Markup

from app.kernel.clock import day_of
from app.web import formats
from app.web.locale import chosen_language, translate
from certificates.enums import (
    BATCH_STATUS_LABELS,
    CERTIFICATE_STATUS_LABELS,
    LOG_EVENT_LABELS,
    BatchStatus,
    CertificateStatus,
    LogEvent,
)
from certificates.payload import Issuer, Signatory
from certificates.views.sheets import signatory, spoken


def certificate_status(status: CertificateStatus) -> str:
    """The state of a certificate in words."""
    return translate(CERTIFICATE_STATUS_LABELS[status])


def batch_status(status: BatchStatus) -> str:
    """The state of a batch in words."""
    return translate(BATCH_STATUS_LABELS[status])


def log_event(event: LogEvent) -> str:
    """What the register's log says happened, in words."""
    return translate(LOG_EVENT_LABELS[event])


def local_date(moment: datetime, zone: str) -> str:
    """The date of a moment in a zone, in words."""
    return formats.date_long(day_of(moment, zone), chosen_language())


def local_day(moment: datetime, zone: str) -> str:
    """The same in short words."""
    return formats.date_short(day_of(moment, zone), chosen_language())


def issuer_name(issuer: Issuer) -> Markup:
    """An issuer's name in the page's language."""
    return spoken(issuer.name)


def signatory_name(party: Signatory) -> Markup:
    """Who signs, in the page's language."""
    return signatory(party.name, party.post)


FILTERS: dict[str, Callable[..., Any]] = {
    "certificate_status": certificate_status,
    "batch_status": batch_status,
    "log_event": log_event,
    "local_date": local_date,
    "local_day": local_day,
    "utc_offset": formats.offset,
    "issuer_name": issuer_name,
    "signatory_name": signatory_name,
    "spoken": spoken,
}
