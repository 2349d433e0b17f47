"""What may be written into minutes, and what is missing before they can be closed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.kernel.errors import DomainError
from app.kernel.text import clean
from app.kernel.words import Message
from projects.enums import Outcome
from projects.rules.commissions import Quorum

LONGEST_QUESTIONS, LONGEST_REMARK, LONGEST_NUMBER = 4000, 1000, 60
HIGHEST_SCORE = Decimal(100)
Votes = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Decision:
    """What was asked, voted and decided about a project; ``votes`` are for, against, abstained."""

    outcome: Outcome | None = None
    votes: Votes | None = None
    score: Decimal | None = None
    questions: str | None = None
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """Something without which minutes cannot be closed; ``slot_id`` None: it concerns the whole sitting."""

    text: Message
    slot_id: int | None = None


def checked(decision: Decision, *, present: int | None) -> Decision:
    """The same decision, cleaned.

    Args:
        present: how many who vote take part; None: not recorded yet.

    Raises:
        DomainError: votes of more people than were there, a score out of range, votes on what was not submitted, or
            acceptance against the majority (of a tie the chair decides).

    """
    if decision.votes is not None:
        _check_votes(decision.votes, present)
    score = decision.score
    if score is not None and not (score.is_finite() and 0 <= score <= HIGHEST_SCORE):
        raise DomainError(Message("A score is between 0 and 100."), field="score")
    if decision.outcome == Outcome.ACCEPTED and decision.votes and decision.votes[1] > decision.votes[0]:
        raise DomainError(
            Message(
                "Nothing was saved: %(no)s voted against and %(yes)s for, so the project is not accepted.",
                no=decision.votes[1],
                yes=decision.votes[0],
            ),
            field="outcome",
        )
    if decision.outcome == Outcome.NOT_SUBMITTED and (score is not None or decision.votes):
        raise DomainError(Message("A project that was not submitted has neither votes nor a score."), field="outcome")
    return Decision(
        decision.outcome,
        decision.votes,
        score.quantize(Decimal("0.01")) if score is not None else None,
        _lines(decision.questions, "questions", LONGEST_QUESTIONS),
        _lines(decision.remark, "remark", LONGEST_REMARK),
    )


def _check_votes(cast: Votes, present: int | None) -> None:
    if min(cast) < 0:
        raise DomainError(Message("A number of votes cannot be negative."), field="votes_for")
    if present is None and any(cast):
        raise DomainError(Message("Nothing was saved: first record who is present, then the votes."), field="votes_for")
    if present is not None and sum(cast) > present:
        raise DomainError(
            Message("There are %(cast)s votes, but only %(n)s who vote are present.", cast=sum(cast), n=present),
            field="votes_for",
        )


def _lines(text: str | None, field: str, longest: int) -> str | None:
    """The text line by line, each cleaned, empty ones left out."""
    lines = [clean(line) for line in (text or "").splitlines()]
    joined = "\n".join(line for line in lines if line)
    if len(joined) > longest:
        raise DomainError(Message("This text is too long: at most %(n)s characters.", n=longest), field=field)
    return joined or None


def missing(
    *, quorum: Quorum, unrecorded: int, undecided: Iterable[tuple[int, Message | str]], items: int
) -> Sequence[Missing]:
    """What stands in the way of closing, in the order in which it is mended.

    Args:
        unrecorded: of how many members nobody wrote whether they are present.
        undecided: the items without a decision: key of the slot, and which group it is.
        items: how many projects are on the agenda.

    """
    found = []
    if unrecorded:
        found.append(Missing(Message("Who is present: not recorded of %(n)s", n=unrecorded)))
    elif not quorum.kept:
        found.append(
            Missing(
                Message(
                    "No quorum: %(present)s present, %(needed)s needed", present=quorum.present, needed=quorum.needed
                )
            )
        )
    if not items:
        found.append(Missing(Message("No project is on the agenda")))
    found += [Missing(Message("%(group)s: decision", group=group), slot_id) for slot_id, group in undecided]
    return found


def check_closing(*, number: str, on: date, day: date, today: date) -> str:
    """The number as it will be printed.

    Args:
        on: the date of the minutes; day: that of the sitting.

    Raises:
        DomainError: there is no number, or the date is before the sitting or in the future.

    """
    cleaned = clean(number).removeprefix("№").strip()
    if not cleaned:
        raise DomainError(Message("The minutes were not closed: give their number."), field="number")
    if len(cleaned) > LONGEST_NUMBER:
        raise DomainError(Message("This text is too long: at most %(n)s characters.", n=LONGEST_NUMBER), field="number")
    if on < day:
        raise DomainError(Message("The minutes were not closed: their date is before the sitting."), field="on")
    if on > today:
        raise DomainError(Message("The minutes were not closed: their date is in the future."), field="on")
    return cleaned


def next_number(taken: Iterable[str]) -> str:
    """The number that is suggested: one more than the highest that is a plain number."""
    return str(max((int(text) for text in taken if text.isascii() and text.isdecimal()), default=0) + 1)
