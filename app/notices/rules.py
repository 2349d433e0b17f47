"""Decisions about notices and announcements: no database, no web."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from app.accounts.enums import DelegatedArea, Role
from app.accounts.rules import Actor
from app.kernel.errors import DomainError
from app.kernel.text import clean
from app.kernel.tri import LANGUAGES, Tri
from app.kernel.words import Message

TOKENS = ("name", "cohort", "programme")  # what an announcement may leave open, as {name}
MOST_TITLE, MOST_TEXT = 200, 4000
REMIND_AFTER = timedelta(hours=1)
_TOKEN = re.compile(r"\{([^{}]*)\}")
_EMPTY_LINES = re.compile(r"\n{3,}")


def principals(actor: Actor) -> dict[int, str]:
    """The people whose notices this account reads as an assistant, alphabetical: key of the person and name."""
    found = [who for who in actor.principals if DelegatedArea.NOTICES in who.areas]
    return {who.person_id: who.name for who in sorted(found, key=lambda who: (who.name, who.person_id))}


def reads_for_others_only(actor: Actor) -> bool:
    """Whether somebody is here as an assistant and as nothing else, so that the other person's notices come first."""
    return set(actor.roles) == {Role.ASSISTANT} and bool(principals(actor))


def tokens_in(texts: Iterable[str]) -> frozenset[str]:
    """The tokens of texts that were checked."""
    return frozenset(token for text in texts for token in _TOKEN.findall(text))


def filled(text: str, values: Mapping[str, str]) -> str:
    """A text with its tokens filled in, in one pass: what a name brings along is never a token itself."""
    return _TOKEN.sub(lambda found: values.get(found[1], found[0]), text)


def checked_announcement(title: Tri, body: Tri) -> tuple[Tri, Tri]:
    """Title and text, cleaned: titles are one line, texts keep theirs.

    Raises:
        DomainError: a language has one without the other, none has any, one is too long or has an unknown token.

    """
    titles = {lang: clean(title.get(lang) or "") for lang in LANGUAGES}
    texts = {lang: _clean_lines(body.get(lang) or "") for lang in LANGUAGES}
    for lang in LANGUAGES:
        _check_pair(lang, titles[lang], texts[lang])
    if not any(titles.values()):
        raise DomainError(Message("Write a heading and a text in one language at least."), field="title_kk")
    return Tri.from_dict(titles), Tri.from_dict(texts)


def _check_pair(lang: str, title: str, text: str) -> None:
    if bool(title) != bool(text):
        missing = "title" if text else "text"
        raise DomainError(
            Message("In each language that you use, write both the heading and the text."), field=f"{missing}_{lang}"
        )
    for field, value, most in (("title", title, MOST_TITLE), ("text", text, MOST_TEXT)):
        if len(value) > most:
            raise DomainError(
                Message("This is too long: at most %(n)s characters fit.", n=most), field=f"{field}_{lang}"
            )
        unknown = next((token for token in _TOKEN.findall(value) if token not in TOKENS), None)
        if unknown is not None:
            raise DomainError(
                Message(
                    "%(token)s stands for nothing. You can write %(known)s.",
                    token=f"{{{unknown[:60]}}}",
                    known=", ".join(f"{{{token}}}" for token in TOKENS),
                ),
                field=f"{field}_{lang}",
            )


def _clean_lines(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return _EMPTY_LINES.sub("\n\n", "\n".join(clean(line) for line in lines)).strip()


def may_remind_from(sent_at: datetime, reminded_at: datetime | None) -> datetime:
    """From when on those who have not seen an announcement may be reminded (again)."""
    return (reminded_at or sent_at) + REMIND_AFTER
