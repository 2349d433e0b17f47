"""The frozen content of one certificate: everything that is printed, in every language.

A payload is written once, at issue, and read for decades, so it stands alone: of the project it knows only the form of
codes, and its canonical JSON is its identity. A new field or another meaning is a new schema version, never a change of
this one.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Final, cast

from certificates import codes

SCHEMA: Final = 1
TEMPLATE: Final = "completion-1"
FACT_KEYS: Final = ("period", "place", "hours", "order", "issued")
SEPARATOR: Final = "  ·  "

LONGEST_TEXT: Final = 600
LONGEST_NUMBER: Final = 48
LONGEST_MARK: Final = 4
MOST_PARTIES: Final = 3

# An address of our own making; what is matched here is printed and put into the QR code.
_VERIFY_BASE = re.compile(r"https?://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?(/[A-Za-z0-9._~-]{1,40}){0,4}/")
_LONGEST_BASE = 120


class PayloadError(ValueError):
    """A payload is not what schema 1 allows; the message says which field and why."""


def _text(where: str, value: object, *, longest: int = LONGEST_TEXT) -> str:
    """Return the text in NFC.

    Raises:
        PayloadError: it is no text, too long, or holds control characters.
    """
    if not isinstance(value, str):
        raise PayloadError(f"{where}: a text is expected, not {type(value).__name__}")
    if len(value) > longest:
        raise PayloadError(f"{where}: {len(value)} characters are more than the {longest} that are allowed")
    for character in value:
        if unicodedata.category(character) in {"Cc", "Cs"}:
            raise PayloadError(f"{where}: U+{ord(character):04X} is a control character")
    return unicodedata.normalize("NFC", value)


def _known(texts: Iterable[str]) -> list[str]:
    """Return the texts that are not empty, each once, in order."""
    return list(dict.fromkeys(text for text in texts if text))


class _Texts:
    """What value objects of several texts have in common: every field is a text, empty when it is not known."""

    __slots__ = ()

    def __post_init__(self) -> None:
        """Check each form and bring it to NFC, so that equal texts are equal bytes."""
        for name in self._names():
            object.__setattr__(self, name, _text(f"{type(self).__name__}.{name}", getattr(self, name)))

    @classmethod
    def _names(cls) -> list[str]:
        return [field.name for field in fields(cast("Any", cls))]

    def forms(self) -> list[str]:
        """Return the known forms in order; a form that repeats an earlier one is there once."""
        return _known(getattr(self, name) for name in self._names())

    def inline(self) -> str:
        """Return the known forms on one line."""
        return SEPARATOR.join(self.forms())

    def to_data(self) -> dict[str, str]:
        """Return the forms as they are written to JSON."""
        return {name: getattr(self, name) for name in self._names()}


@dataclass(frozen=True, slots=True)
class Words(_Texts):
    """The same text in Kazakh, Russian and English; a form that is not known is empty."""

    kk: str = ""
    ru: str = ""
    en: str = ""

    def columns(self) -> tuple[str, str, str]:
        """Return one text per language; where one is not known, the first that is stands in for it."""
        first = next(iter(self.forms()), "")
        return self.kk or first, self.ru or first, self.en or first


@dataclass(frozen=True, slots=True)
class Holder(_Texts):
    """The holder's name in Kazakh, Russian and Latin letters, surname first; a form that is not known is empty."""

    kk: str = ""
    ru: str = ""
    latin: str = ""


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who issues: the name, and the letters of the monogram that stands for a logo."""

    name: Words
    mark: str = ""

    def __post_init__(self) -> None:
        """Check the mark; an issuer has a name."""
        object.__setattr__(self, "mark", _text("Issuer.mark", self.mark, longest=LONGEST_MARK))
        if not self.name.forms():
            raise PayloadError("Issuer.name: an issuer needs a name")


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who signs in ink: the name, the post, or both; without a name the line is signed by the holder of the post."""

    name: Words
    post: Words

    def __post_init__(self) -> None:
        """Refuse a line that says nothing."""
        if not self.name.forms() and not self.post.forms():
            raise PayloadError("Signatory: a name or a post is needed")


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of facts: what it is about (one of FACT_KEYS) and its value in words."""

    key: str
    value: Words

    def __post_init__(self) -> None:
        """Refuse a fact that the template has no label for, and one without a value."""
        if self.key not in FACT_KEYS:
            raise PayloadError(f"Fact.key: {self.key!r} is not one of {', '.join(FACT_KEYS)}")
        if not self.value.forms():
            raise PayloadError(f"Fact.value: {self.key} has no value; a fact that is not known is left out")


@dataclass(frozen=True, slots=True)
class Payload:
    """Everything that one certificate prints and that its verification shows.

    Args:
        number: the number of the issuer's series, as printed.
        control_code: 8 symbols, see :func:`certificates.codes.control_code`.
        verify_base: the address that a code is appended to, ``https://host/verify/``.
        code: 26 symbols, see :func:`certificates.codes.new_code`.
        holder: the holder's name.
        programme: the programme's title.
        issuers: one to three.
        signatories: none to three.
        facts: the known facts, in the order in which they are printed.
        presenter: the office that hands it over; None: no line is printed; empty: a line for a pen.
        specimen: it is a demonstration and says so across the sheet.
        sealed: an electronic seal of the issuer really is applied.
        schema: the version of this format.
        template: the sheet that it is printed on.

    Raises:
        PayloadError: a field has a wrong type or value.
    """

    number: str
    control_code: str
    verify_base: str
    code: str
    holder: Holder
    programme: Words
    issuers: tuple[Issuer, ...]
    signatories: tuple[Signatory, ...] = ()
    facts: tuple[Fact, ...] = ()
    presenter: Words | None = None
    specimen: bool = False
    sealed: bool = False
    schema: int = SCHEMA
    template: str = TEMPLATE

    def __post_init__(self) -> None:
        """Check what the fields' own types do not."""
        if type(self.schema) is not int or self.schema != SCHEMA:
            raise PayloadError(f"schema: {self.schema!r} is not {SCHEMA}")
        if self.template != TEMPLATE:
            raise PayloadError(f"template: {self.template!r} is not {TEMPLATE}")
        object.__setattr__(self, "number", _text("number", self.number, longest=LONGEST_NUMBER))
        if not self.number.strip():
            raise PayloadError("number: a certificate needs a number")
        self._check_codes()
        self._check_content()

    def _check_codes(self) -> None:
        if codes.normalise_code(_text("code", self.code)) != self.code:
            raise PayloadError("code: 26 symbols in their normal form are expected")
        if codes.normalise_control_code(_text("control_code", self.control_code)) != self.control_code:
            raise PayloadError("control_code: 8 symbols in their normal form are expected")
        base = _text("verify_base", self.verify_base, longest=_LONGEST_BASE)
        if not _VERIFY_BASE.fullmatch(base):
            raise PayloadError("verify_base: an http or https address that ends with a slash is expected")

    def _check_content(self) -> None:
        if not self.holder.forms():
            raise PayloadError("holder: a certificate needs a holder")
        if not self.programme.forms():
            raise PayloadError("programme: a certificate needs a title")
        if not 1 <= len(self.issuers) <= MOST_PARTIES:
            raise PayloadError(f"issuers: one to {MOST_PARTIES} are expected, not {len(self.issuers)}")
        if len(self.signatories) > MOST_PARTIES:
            raise PayloadError(f"signatories: at most {MOST_PARTIES} are expected, not {len(self.signatories)}")
        keys = [fact.key for fact in self.facts]
        if len(set(keys)) < len(keys):
            raise PayloadError("facts: each is printed once")
        for name in ("specimen", "sealed"):
            if type(getattr(self, name)) is not bool:
                raise PayloadError(f"{name}: true or false is expected")

    @property
    def url(self) -> str:
        """The address in the QR code."""
        return self.verify_base + self.code

    def texts(self) -> list[tuple[str, str]]:
        """Return every printed text with the field it comes from, for checking that all can be drawn."""
        named: list[tuple[str, _Texts]] = [("holder", self.holder), ("programme", self.programme)]
        named += [("issuers", issuer.name) for issuer in self.issuers]
        named += [("signatories", words) for party in self.signatories for words in (party.name, party.post)]
        named += [(fact.key, fact.value) for fact in self.facts]
        if self.presenter is not None:
            named.append(("presenter", self.presenter))
        texts = [(field, form) for field, words in named for form in words.forms()]
        texts += [("issuers", issuer.mark) for issuer in self.issuers]
        return [*texts, ("number", self.number)]

    def to_json(self) -> str:
        """Return the canonical text: keys sorted, no spaces, characters as they are, NFC."""
        data = {
            "schema": self.schema,
            "template": self.template,
            "number": self.number,
            "control_code": self.control_code,
            "verify_base": self.verify_base,
            "code": self.code,
            "holder": self.holder.to_data(),
            "programme": self.programme.to_data(),
            "issuers": [{"name": each.name.to_data(), "mark": each.mark} for each in self.issuers],
            "signatories": [{"name": each.name.to_data(), "post": each.post.to_data()} for each in self.signatories],
            "facts": [{"key": each.key, "value": each.value.to_data()} for each in self.facts],
            "presenter": None if self.presenter is None else self.presenter.to_data(),
            "specimen": self.specimen,
            "sealed": self.sealed,
        }
        return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def sha256(self) -> str:
        """Return the SHA-256 of the canonical text in UTF-8, as 64 hexadecimal digits."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    @classmethod
    def from_json(cls, text: str) -> "Payload":
        """Read a canonical text.

        Raises:
            PayloadError: it is not JSON, has unknown, missing or repeated keys or a wrong type, or is not canonical.
        """
        payload = _read_payload(_parsed(text))
        if payload.to_json() != text:
            raise PayloadError("the text is not in its canonical form")
        return payload


def _parsed(text: str) -> object:
    try:
        parsed: object = json.loads(text)
    except (ValueError, RecursionError, TypeError) as error:
        raise PayloadError(f"not a JSON text: {error}") from error
    return parsed


def _mapping(where: str, value: object, keys: Iterable[str]) -> dict[str, Any]:
    """Return the object if it has exactly these keys."""
    if not isinstance(value, dict):
        raise PayloadError(f"{where}: an object is expected, not {type(value).__name__}")
    expected = set(keys)
    wrong = sorted(str(key) for key in expected.symmetric_difference(value))
    if wrong:
        raise PayloadError(f"{where}: unknown or missing: {', '.join(wrong)}")
    return value


def _items(where: str, value: object) -> list[object]:
    if not isinstance(value, list):
        raise PayloadError(f"{where}: a list is expected, not {type(value).__name__}")
    return value


def _words(where: str, value: object) -> Words:
    return Words(**_mapping(where, value, ("kk", "ru", "en")))


def _read_payload(value: object) -> Payload:
    names = [field.name for field in fields(Payload)]
    data = dict(_mapping("payload", value, names))
    data["holder"] = Holder(**_mapping("holder", data["holder"], ("kk", "ru", "latin")))
    data["programme"] = _words("programme", data["programme"])
    data["presenter"] = None if data["presenter"] is None else _words("presenter", data["presenter"])
    issuers = [_mapping("issuers", item, ("name", "mark")) for item in _items("issuers", data["issuers"])]
    data["issuers"] = tuple(Issuer(_words("issuers.name", item["name"]), item["mark"]) for item in issuers)
    parties = [_mapping("signatories", item, ("name", "post")) for item in _items("signatories", data["signatories"])]
    data["signatories"] = tuple(
        Signatory(_words("signatories.name", item["name"]), _words("signatories.post", item["post"]))
        for item in parties
    )
    facts = [_mapping("facts", item, ("key", "value")) for item in _items("facts", data["facts"])]
    data["facts"] = tuple(Fact(item["key"], _words("facts.value", item["value"])) for item in facts)
    return Payload(**data)
