"""One person's completion in words: what would change the verdict, and what was decided when and by whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from app.accounts.queries import user_names
from app.web import formats
from app.web.locale import translate
from certificates.enums import CERTIFICATE_STATUS_LABELS, BatchStatus, CertificateStatus
from certificates.models import Batch, Certificate, Waiver
from certificates.queries.completion import Row, past_of
from certificates.rules.completion import Item
from cohorts.conditions import Verdict
from cohorts.enums import ENROLMENT_STATUS_LABELS
from cohorts.models import Enrolment, StatusChange
from cohorts.schema import AttendanceSpec

CONDITION_WORDS = {"attendance": lambda: _("attendance"), "defence": lambda: _("defence")}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was decided about a person."""

    at: datetime
    text: str
    small: str


def turns(row: Row) -> list[str]:
    """What would change the verdict, a sentence for each condition that does not hold."""
    return [_turn(item) for item in row.items if not item.holds]


def _turn(item: Item) -> str:
    undecided = item.finding.verdict == Verdict.OPEN
    if isinstance(item.condition, AttendanceSpec):
        if undecided:
            return str(_("Attendance is decided when what may still be held cannot change it any more."))
        needed = _half_days(item)
        if needed:
            return str(
                ngettext(
                    "A register corrected by %(num)s half-day, or a waiver, would change this.",
                    "Registers corrected by %(num)s half-days, or a waiver, would change this.",
                    needed,
                )
            )
        return str(_("Corrected registers, or a waiver, would change this."))
    if undecided:
        return str(_("The defence is decided when the commission has closed its minutes."))
    return str(_("A later sitting that accepts the project, or a waiver, would change this."))


def _half_days(item: Item) -> int:
    """How many half-days more would be enough, of those that were counted; 0 when the finding does not say."""
    values, condition = item.finding.said.values, item.condition
    counted, attended = values.get("counted"), values.get("attended")
    if not isinstance(counted, int) or not isinstance(attended, int) or not isinstance(condition, AttendanceSpec):
        return 0
    return max(0, ceil(counted * condition.at_least / 100) - attended)


def history(session: Session, enrolment: Enrolment, lang: str) -> list[Event]:
    """Waivers given and taken back, orders, proposals and certificates, newest first."""
    past = past_of(session, enrolment)
    asked = {waiver.granted_by_id for waiver in past.waivers} | {waiver.withdrawn_by_id for waiver in past.waivers}
    asked |= {batch.proposed_by_id for batch in past.batches} | {batch.decided_by_id for batch in past.batches}
    asked |= {change.actor_id for change in enrolment.history}
    names = user_names(session, asked)
    events = [
        *(event for waiver in past.waivers for event in _of_waiver(waiver, names)),
        *(_of_order(change, names, lang) for change in enrolment.history),
        *(event for batch in past.batches for event in _of_batch(batch, names)),
        *(event for certificate in past.certificates for event in _of_certificate(certificate)),
    ]
    return sorted(events, key=lambda event: event.at, reverse=True)


def _joined(parts: Iterable[str | None]) -> str:
    return " · ".join(part for part in parts if part)


def _of_waiver(waiver: Waiver, names: dict[int, str]) -> list[Event]:
    word = CONDITION_WORDS[waiver.condition]() if waiver.condition in CONDITION_WORDS else waiver.condition
    events = [
        Event(
            waiver.granted_at,
            _("Waived: %(condition)s", condition=word),
            _joined([waiver.reason, waiver.document, names.get(waiver.granted_by_id or 0)]),
        )
    ]
    if waiver.withdrawn_at:
        small = _joined([waiver.document, names.get(waiver.withdrawn_by_id or 0)])
        events.append(Event(waiver.withdrawn_at, _("Waiver taken back: %(condition)s", condition=word), small))
    return events


def _of_order(change: StatusChange, names: dict[int, str], lang: str) -> Event:
    order = ""
    if change.order_number and change.order_date:
        day = formats.date_short(change.order_date, lang)
        order = _("order No. %(number)s of %(date)s", number=change.order_number, date=day)
    small = _joined([order, change.reason, names.get(change.actor_id or 0)])
    return Event(change.at, translate(ENROLMENT_STATUS_LABELS[change.status]), small)


def _of_batch(batch: Batch, names: dict[int, str]) -> list[Event]:
    order = _("order No. %(number)s", number=batch.order_number)
    who = names.get(batch.proposed_by_id)
    events = [Event(batch.proposed_at, _("Proposed for a certificate"), _joined([order, who]))]
    if batch.status == BatchStatus.RETURNED and batch.decided_at:
        small = _joined([batch.note, names.get(batch.decided_by_id or 0)])
        events.append(Event(batch.decided_at, _("The proposal was sent back"), small))
    return events


def _of_certificate(certificate: Certificate) -> list[Event]:
    events = [Event(certificate.issued_at, _("Certificate issued"), certificate.number)]
    if certificate.status != CertificateStatus.VALID and certificate.status_at:
        small = _joined([certificate.number, certificate.status_reason])
        word = translate(CERTIFICATE_STATUS_LABELS[certificate.status])
        events.append(Event(certificate.status_at, _("Certificate: %(status)s", status=word), small))
    return events
