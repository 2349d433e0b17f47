"""A text in the three languages of the product."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LANGUAGES = ("kk", "ru", "en")


@dataclass(frozen=True, slots=True)
class Tri:
    """A text in Kazakh, Russian and English; None is "not known", never an empty string.

    Args:
        kk, ru, en: the text in each language.
        assumed: the languages whose text is our own translation, not the source's.

    """

    kk: str | None = None
    ru: str | None = None
    en: str | None = None
    assumed: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Whether at least one language is known."""
        return bool(self.kk or self.ru or self.en)

    def get(self, lang: str) -> str | None:
        """The text in exactly this language, or None."""
        return {"kk": self.kk, "ru": self.ru, "en": self.en}[lang]

    def best(self, lang: str) -> tuple[str, str]:
        """The text in this language, else in the first known one: (text, its language); ("", lang) when unknown."""
        for candidate in (lang, *LANGUAGES):
            text = self.get(candidate)
            if text:
                return text, candidate
        return "", lang

    def forms(self) -> list[str]:
        """The known texts in the order kk, ru, en, each once."""
        return list(dict.fromkeys(text for text in (self.kk, self.ru, self.en) if text))

    def as_dict(self) -> dict[str, Any]:
        """For storage and files: the known languages, and which of them are assumed."""
        known: dict[str, Any] = {lang: self.get(lang) for lang in LANGUAGES if self.get(lang)}
        return known | ({"assumed": sorted(self.assumed)} if self.assumed else {})

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Tri":
        """Read what :meth:`as_dict` wrote."""
        return cls(
            kk=values.get("kk") or None,
            ru=values.get("ru") or None,
            en=values.get("en") or None,
            assumed=frozenset(values.get("assumed", ())),
        )
