"""Experts in words: what is known of somebody from outside, said in a language."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from babel import Locale

from app.kernel.tri import Tri
from app.people.enums import NameForm

_NEAREST = {
    "kk": (NameForm.KK, NameForm.RU, NameForm.LATIN),
    "ru": (NameForm.RU, NameForm.KK, NameForm.LATIN),
    "en": (NameForm.LATIN, NameForm.KK, NameForm.RU),
}


class Known(NamedTuple):
    """What is known of an expert: full names by form (none when the source gives the office only), office, country."""

    id: int
    names: Mapping[NameForm, str]
    office: Tri | None = None
    organisation: Tri | None = None
    country: str | None = None


def name_of(expert: Known, lang: str) -> str:
    """The name in the nearest form that is known, else the office."""
    for form in _NEAREST[lang]:
        if form in expert.names:
            return expert.names[form]
    return _said(expert.office, lang) or "–"


def short_line(expert: Known, lang: str) -> str:
    """Name and office: what a participant reads beside a session."""
    return ", ".join(dict.fromkeys(text for text in (name_of(expert, lang), _said(expert.office, lang)) if text))


def full_line(expert: Known, lang: str) -> str:
    """Name, office, organisation and country, each if it is known."""
    texts = (
        name_of(expert, lang),
        _said(expert.office, lang),
        _said(expert.organisation, lang),
        country_name(expert.country, lang),
    )
    return ", ".join(dict.fromkeys(text for text in texts if text))


def country_name(code: str | None, lang: str) -> str:
    """A country by its two letters, as the language calls it (CLDR); "" when none is given."""
    return str(Locale(lang).territories.get(code, code)) if code else ""


def countries(lang: str) -> Sequence[tuple[str, str]]:
    """The countries of the world with their two letters, by name."""
    names = Locale(lang).territories
    found = [(code, str(name)) for code, name in names.items() if code.isalpha() and code not in _NO_STATES]
    return sorted(found, key=lambda pair: pair[1])


_NO_STATES = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})  # groups and place-holders of the same list


def _said(text: Tri | None, lang: str) -> str:
    return text.best(lang)[0] if text else ""
