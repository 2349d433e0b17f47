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
