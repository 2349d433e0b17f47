"""The countries of the world in the product's languages, by their two letters (ISO 3166-1; names: CLDR)."""

from collections.abc import Sequence
from functools import lru_cache

from babel import Locale

_NO_STATES = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})  # groups and place-holders of the same list


@lru_cache(maxsize=1024)
def country_name(code: str | None, lang: str) -> str:
    """A country as a language calls it; letters that name none stay; "" when none is given."""
    return str(Locale(lang).territories.get(code, code)) if code else ""


@lru_cache(maxsize=8)
def countries(lang: str) -> Sequence[tuple[str, str]]:
    """The countries with their two letters, by name."""
    names = Locale(lang).territories
    found = [(code, str(name)) for code, name in names.items() if code.isalpha() and code not in _NO_STATES]
    return sorted(found, key=lambda pair: pair[1])
