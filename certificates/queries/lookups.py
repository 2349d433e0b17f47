"""Finding a certificate for somebody who holds the paper: by the code of its QR, or by number and control code."""

import hmac
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from app.accounts.rules import WINDOW
from certificates.codes import CODE_SYMBOLS, CONTROL_SYMBOLS, normalise_code, normalise_control_code, normalise_number
from certificates.models import Certificate, LookUpFailure

NOTHING = "!"


def by_code(session: Session, text: str) -> Certificate | None:
    """The certificate with this code; a malformed one costs the same statement as an unknown one."""
    code = normalise_code(text) or NOTHING * CODE_SYMBOLS
    return _found(session, Certificate.code == code)


def by_pair(session: Session, number: str, control_code: str) -> Certificate | None:
    """The certificate with this number if the control code belongs to it. A number alone never finds one."""
    typed = normalise_control_code(control_code) or NOTHING * CONTROL_SYMBOLS
    certificate = _found(session, Certificate.number == normalise_number(number))
    expected = certificate.control_code if certificate else "?" * CONTROL_SYMBOLS
    return certificate if hmac.compare_digest(typed, expected) else None


def _found(session: Session, condition: ColumnElement[bool]) -> Certificate | None:
    return session.scalar(
        select(Certificate)
        .where(condition)
        .options(joinedload(Certificate.replaced_by), joinedload(Certificate.cohort))
    )


def failures(session: Session, key: str, *, now: datetime) -> list[datetime]:
    """When look-ups under this key failed within the throttle's window, oldest first."""
    recent = select(LookUpFailure.at).where(LookUpFailure.key == key, LookUpFailure.at > now - WINDOW)
    return list(session.scalars(recent.order_by(LookUpFailure.at)))
