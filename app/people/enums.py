"""Forms and kinds of names."""

from enum import StrEnum


class NameForm(StrEnum):
    """The script and spelling of a name."""

    KK = "kk"
    RU = "ru"
    LATIN = "latin"


class NameKind(StrEnum):
    """Where a spelling comes from."""

    STATED = "stated"
    IDENTITY_CARD = "identity_card"
    PASSPORT = "passport"
    CHANGED = "changed"
