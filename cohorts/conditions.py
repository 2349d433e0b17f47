"""How somebody stands to a condition of completion, as the packages that know the evidence tell it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.kernel.words import Message


class Verdict(StrEnum):
    """What the evidence says today."""

    MET = "met"
    NOT_MET = "not_met"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a finding can be looked up.

    Args:
        label: what it is, such as "Minutes No. 3 of 27.11.2020".
        endpoint, values: the page; "" when it has none.

    """

    label: Message
    endpoint: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """How one enrolment stands to one condition.

    Args:
        said: the measured value or the decision in words: "92%", "Accepted".
        unit: the key of the group (or of the organisation) that was judged as one; None: the person.

    """

    verdict: Verdict
    said: Message
    evidence: tuple[Evidence, ...] = ()
    unit: int | None = None
