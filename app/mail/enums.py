"""The words of mail."""

from enum import StrEnum

from app.kernel.words import Message


class LetterState(StrEnum):
    """Where a letter stands. REFUSED: the recipient's server will not have it; CANCELLED: somebody called it back."""

    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"
    CANCELLED = "cancelled"


LETTER_STATE_LABELS = {
    LetterState.WAITING: Message("Waiting"),
    LetterState.SENT: Message("Sent"),
    LetterState.REFUSED: Message("Not delivered"),
    LetterState.CANCELLED: Message("Called back"),
}
