"""What one certificate prints, put together from what the cohort, the batch and the person give."""

from dataclasses import dataclass, replace
from datetime import date

from app.kernel.partial_date import PartialDate
from app.kernel.tri import Tri
from certificates import wording
from certificates.codes import CODE_SYMBOLS, CONTROL_SYMBOLS
from certificates.house import House
from certificates.payload import Fact, Holder, Payload, Words
from certificates.queries.issue import Award, words_of

NO_CODE = "0" * CODE_SYMBOLS
NO_CONTROL_CODE = "0" * CONTROL_SYMBOLS


@dataclass(frozen=True, slots=True)
class Occasion:
    """What all certificates of a batch share besides the programme's award."""

    starts_on: PartialDate | None
    ends_on: PartialDate | None
    order_number: str
    order_date: date
    issued_on: date
    handed_over_by: Tri | None


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells one certificate from all others."""

    number: str
    code: str = NO_CODE
    control_code: str = NO_CONTROL_CODE


def draw_up(award: Award, occasion: Occasion, *, holder: Holder, identity: Identity, house: House) -> Payload:
    """The payload of one certificate; a fact that is not known has no row."""
    return Payload(
        number=identity.number,
        control_code=identity.control_code,
        verify_base=house.verify_base,
        code=identity.code,
        holder=holder,
        programme=award.programme,
        issuers=award.issuers,
        signatories=award.signatories,
        facts=_facts(award, occasion),
        presenter=words_of(occasion.handed_over_by) if occasion.handed_over_by else None,
        specimen=house.specimen,
    )


def _facts(award: Award, occasion: Occasion) -> tuple[Fact, ...]:
    known: list[tuple[str, Words | None]] = [
        ("period", _period(occasion)),
        ("place", award.places),
        ("hours", wording.hours(award.hours) if award.hours else None),
        ("order", wording.order(occasion.order_number, occasion.order_date)),
        ("issued", wording.day(occasion.issued_on)),
    ]
    return tuple(Fact(key, words) for key, words in known if words is not None)


def _period(occasion: Occasion) -> Words | None:
    if occasion.starts_on is None or occasion.ends_on is None:
        return None
    return wording.period(occasion.starts_on, occasion.ends_on)


def drawn_up_again(payload: Payload, *, holder: Holder, identity: Identity, issued_on: date) -> Payload:
    """The same certificate under another name, number and date of issue; everything else stays as it was printed."""
    facts = tuple(Fact("issued", wording.day(issued_on)) if fact.key == "issued" else fact for fact in payload.facts)
    return replace(
        payload,
        number=identity.number,
        code=identity.code,
        control_code=identity.control_code,
        holder=holder,
        facts=facts,
    )
