"""Evidence as a proposal freezes it: plain JSON, read again in any language. No database, no web."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.kernel.tri import Tri
from app.kernel.words import Message
from certificates.rules.completion import Item
from cohorts.conditions import Evidence, Verdict


@dataclass(frozen=True, slots=True)
class Frozen:
    """How somebody met one condition when the certificates were proposed.

    Args:
        key: the condition's.
        reason, document: of the waiver; "" when there was none.

    """

    key: str
    verdict: Verdict
    said: Message
    evidence: tuple[Evidence, ...]
    reason: str = ""
    document: str = ""

    @property
    def waived(self) -> bool:
        """The person was let off."""
        return bool(self.document)


def freeze(items: Iterable[Item]) -> dict[str, Any]:
    """The conditions of one person as JSON."""
    return {"conditions": [_frozen(item) for item in items]}


def _frozen(item: Item) -> dict[str, Any]:
    waiver = item.waiver if item.waived else None
    return {
        "key": item.condition.key,
        "rule": item.condition.model_dump(mode="json"),
        "verdict": str(item.finding.verdict),
        "said": _plain(item.finding.said),
        "evidence": [
            {"label": _plain(piece.label), "endpoint": piece.endpoint, "values": _mapping(piece.values)}
            for piece in item.finding.evidence
        ],
        "waiver": {"reason": waiver.reason, "document": waiver.document, "at": waiver.at.isoformat()}
        if waiver
        else None,
    }


def thaw(stored: Mapping[str, Any] | None) -> tuple[Frozen, ...]:
    """What :func:`freeze` wrote; nothing for a proposal that an order alone decided."""
    return tuple(_thawed(one) for one in (stored or {}).get("conditions", ()))


def _thawed(one: Mapping[str, Any]) -> Frozen:
    waiver = one.get("waiver") or {}
    return Frozen(
        key=one["key"],
        verdict=Verdict(one["verdict"]),
        said=_message(one["said"]),
        evidence=tuple(
            Evidence(
                _message(piece["label"]),
                piece["endpoint"],
                {name: _value(value) for name, value in piece["values"].items()},
            )
            for piece in one["evidence"]
        ),
        reason=waiver.get("reason", ""),
        document=waiver.get("document", ""),
    )


def _mapping(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever stands in the places of a message
    if isinstance(value, Message):
        return {"text": value.text, "values": _mapping(value.values)}
    if isinstance(value, Tri):
        return {"tri": value.as_dict()}
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, Decimal):
        return str(value)
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _value(stored: Any) -> Any:  # noqa: ANN401 - as above
    if not isinstance(stored, dict):
        return stored
    if "tri" in stored:
        return Tri.from_dict(stored["tri"])
    if "at" in stored:
        return datetime.fromisoformat(stored["at"])
    if "date" in stored:
        return date.fromisoformat(stored["date"])
    return _message(stored)


def _message(stored: Mapping[str, Any]) -> Message:
    sentence, values = stored["text"], stored["values"]
    return Message(sentence, **{name: _value(value) for name, value in values.items()})
