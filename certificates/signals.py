"""What this package itself reacts to outside its services: a job begins in the transaction of the issue."""

from dataclasses import dataclass
from datetime import datetime

from blinker import Signal
from sqlalchemy.orm import Session

from app.accounts.rules import Actor

batch_issued = Signal("Sent with a BatchIssued after the certificates of a batch were written, before the commit.")


@dataclass(frozen=True, slots=True)
class BatchIssued:
    """A batch was issued; its files are not made yet."""

    session: Session
    batch_id: int
    actor: Actor
    now: datetime
