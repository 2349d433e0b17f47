"""Texts for people that code below the pages may carry: translated only at the edge (a page, a mail, a terminal)."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, init=False)
class Message:
    """A whole sentence in English with ``%(name)s`` places, to be translated by whoever shows it.

    Args:
        text: the English sentence, the key in the catalogues.
        values: what stands in its places; a value may itself be a Message.

    """

    text: str
    values: dict[str, Any] = field(default_factory=dict)

    def __init__(self, text: str, /, **values: Any) -> None:  # noqa: ANN401 - any printable value
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "values", values)

    def __str__(self) -> str:
        """The English sentence, for logs and terminals."""
        return self.text % self.values if self.values else self.text

    def __hash__(self) -> int:
        """Messages are keys of nothing but sets of reasons; the values may be unhashable."""
        return hash(self.text)

    def as_dict(self) -> dict[str, Any]:
        """For a JSON column; values other than texts, numbers and messages are kept as texts."""
        return {"text": self.text, "values": {name: _plain(value) for name, value in self.values.items()}}

    @classmethod
    def from_dict(cls, kept: dict[str, Any]) -> "Message":
        """Read it back."""
        values = {
            name: cls.from_dict(value) if isinstance(value, dict) else value for name, value in kept["values"].items()
        }
        return cls(kept["text"], **values)


def _plain(value: object) -> object:
    if isinstance(value, Message):
        return value.as_dict()
    return value if isinstance(value, str | int | float) else str(value)
