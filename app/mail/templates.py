"""The fixed texts of letters. A letter has the tokens that its template names, and nothing of it is ever a template."""

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from app.kernel.words import Message

_PLACE = re.compile(r"%\((\w+)\)s")
URL = "url"  # belongs to the button: made from BASE_URL when the letter is sent


@dataclass(frozen=True, slots=True)
class LetterTemplate:
    """What a kind of letter says.

    Args:
        name: ``feature.event``, for the log and the audit.
        subject: one line.
        paragraphs: the body, one after another; a value may have several lines.
        button: the words of the one link; it is left out of a letter that was given no path.

    Raises:
        ValueError: a text uses the token of the button.

    """

    name: str
    subject: Message
    paragraphs: tuple[Message, ...]
    button: Message | None = None

    def __post_init__(self) -> None:
        """The address of a link is ours, never part of a sentence."""
        if URL in self.tokens:
            msg = f"the letter {self.name} uses %(url)s in its text: it belongs to the button"
            raise ValueError(msg)

    @property
    def texts(self) -> tuple[Message, ...]:
        """All its messages."""
        return (self.subject, *self.paragraphs, *((self.button,) if self.button else ()))

    @property
    def tokens(self) -> frozenset[str]:
        """The names in its ``%(name)s`` places."""
        return frozenset(name for message in self.texts for name in _PLACE.findall(message.text))

    def check(self, given: AbstractSet[str]) -> None:
        """Refuse values that are not exactly those that the texts name: better now than when it is sent.

        Raises:
            ValueError: some are missing, or nobody asked for some.

        """
        missing, unknown = sorted(self.tokens - given), sorted(given - self.tokens)
        if missing:
            msg = f"the letter {self.name} was not posted: it has no value for {', '.join(missing)}"
            raise ValueError(msg)
        if unknown:
            msg = f"the letter {self.name} was not posted: its texts have no place for {', '.join(unknown)}"
            raise ValueError(msg)

    def as_dict(self) -> dict[str, Any]:
        """For a mailing, which keeps the texts it was posted with."""
        return {
            "subject": self.subject.text,
            "paragraphs": [message.text for message in self.paragraphs],
            "button": self.button.text if self.button else None,
        }

    @classmethod
    def from_dict(cls, name: str, kept: dict[str, Any]) -> "LetterTemplate":
        """Read it back."""
        subject, button = kept["subject"], kept["button"]
        paragraphs = tuple(Message(text) for text in kept["paragraphs"])
        return cls(name, Message(subject), paragraphs, Message(button) if button else None)
