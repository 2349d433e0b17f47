"""What features say of their notices: ``Feature.notices``, gathered into one registry."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from app.accounts.rules import Permission
from app.kernel.words import Message
from app.mail.templates import LetterTemplate

_TOKEN = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """A kind of notice.

    Args:
        name: ``feature.what``; it stays what it is, as notices and choices of older releases name it.
        label: what it tells of, in words for whoever chooses the letters they want.
        text: the line of the feed, a whole sentence; its places are filled with what is kept for each language.
        letter: what is also sent by e-mail; None: the feed only. Its tokens are told together with those of the text.
        essential: the letter goes also to those who want no letters of this kind: it asks for something, or is theirs.
        told_to: whoever may do this is told. None: people, as they are on a roster or a known expert. Nobody else is
            asked whether they want its letters.

    """

    name: str
    label: Message
    text: Message
    letter: LetterTemplate | None = None
    essential: bool = False
    told_to: Permission | None = None

    @property
    def tokens(self) -> frozenset[str]:
        """The places of the text."""
        return frozenset(_TOKEN.findall(self.text.text))


class Kinds:
    """The kinds of notices of an application, by name.

    Raises:
        ValueError: two kinds have the same name.

    """

    def __init__(self, kinds: Iterable[NoticeKind]) -> None:
        self.by_name: dict[str, NoticeKind] = {}
        for kind in kinds:
            if self.by_name.setdefault(kind.name, kind) is not kind:
                msg = f"two kinds of notices have the name {kind.name}"
                raise ValueError(msg)

    @property
    def listed(self) -> tuple[NoticeKind, ...]:
        """All of them, in the order in which the packages give them."""
        return tuple(self.by_name.values())
