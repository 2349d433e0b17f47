"""What can go wrong for a reason that a person should read. The web layer turns these into field errors and pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.kernel.words import Message


class DomainError(Exception):
    """A rule refused. Nothing of the refused act is kept.

    Args:
        message: one sentence: what did not happen and how to go on.
        field: the form field that it belongs to, if it belongs to one.

    """

    status = 422

    def __init__(self, message: Message, *, field: str | None = None) -> None:
        super().__init__(str(message))
        self.message = message
        self.field = field


class NotFoundError(DomainError):
    """There is no such thing, or the asker may not know of it: both are 404."""

    status = 404


@dataclass(frozen=True, slots=True)
class Difference:
    """A field on which what is saved and what was typed disagree, or agree."""

    label: Message
    saved: str | Message
    typed: str | Message


class ConflictError(DomainError):
    """Somebody else was there first (another editor, another approver).

    Args:
        differences: every field of the form; the page marks those that disagree.
        who, when: who saved last, and when, if that is known.
        version: the version that is saved now; what was typed can be sent again on top of it.

    """

    status = 409

    def __init__(
        self,
        message: Message,
        *,
        differences: Sequence[Difference] = (),
        who: str = "",
        when: datetime | None = None,
        version: int | None = None,
    ) -> None:
        super().__init__(message)
        self.differences = tuple(differences)
        self.who = who
        self.when = when
        self.version = version


class FileRefusedError(DomainError):
    """A file was refused whole: nothing of it was taken in.

    Args:
        problems: one sentence for each place in the file that is wrong, at most the first few.

    """

    def __init__(self, message: Message, *, problems: Sequence[Message] = (), field: str | None = "file") -> None:
        super().__init__(message, field=field)
        self.problems = tuple(problems)


class StorageError(DomainError):
    """The disk refused a file, or does not have it any more. Nothing half-written stays."""

    status = 503
