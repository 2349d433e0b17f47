"""Input of the register of attendance: a row per person, by the number in the list."""

import re
from collections.abc import Mapping

from werkzeug.datastructures import MultiDict

from app.kernel.errors import DomainError
from app.kernel.words import Message
from app.web.forms import Form
from modules.enums import AttendanceState
from modules.rules.attendance import LETTERS, Marking, read_state

CLEAR = "clear"  # value of a button, ``act``
REST = {"rest": AttendanceState.PRESENT, "rest-online": AttendanceState.ONLINE}  # the others, and how they mark
_SEEN = re.compile(r"([0-9]{1,6})([a-z])")
_NUMBER = re.compile(r"[0-9]{1,6}")


class RegisterForm(Form):
    """The register has a row of radios per person, made by its template: ``m12`` with a letter, "" for unmarked."""


def seen_text(shown: Mapping[int, AttendanceState]) -> str:
    """What a page shows, for the field that tells it back: ``12r 13a``."""
    return " ".join(f"{number}{LETTERS[state]}" for number, state in shown.items())


def typed_states(data: MultiDict[str, str]) -> dict[int, AttendanceState | None]:
    """The state wanted in each row that was sent, by number.

    Raises:
        DomainError: a state that does not exist.

    """
    return {
        int(name[1:]): read_state(letter)
        for name, letter in data.items()
        if name[:1] == "m" and _NUMBER.fullmatch(name[1:])
    }


def read_marks(data: MultiDict[str, str]) -> dict[int, Marking]:
    """The rows that were sent, by number; the button ``clear`` takes away the mark of the number that was typed.

    Raises:
        DomainError: a state that does not exist, or what was typed is no number.

    """
    seen = {int(number): read_state(letter) for number, letter in _SEEN.findall(data.get("seen", ""))}
    wanted = typed_states(data)
    if data.get("act") == CLEAR:
        wanted[_number(data.get("cleared", ""))] = None
    return {number: Marking(seen.get(number), state) for number, state in wanted.items()}


def read_rest(data: MultiDict[str, str]) -> AttendanceState | None:
    """The state of the others, if the button was one of :data:`REST`."""
    return REST.get(data.get("act", ""))


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text.strip()):
        raise DomainError(Message("Nothing was saved: type the number of the person whose mark is to be cleared."))
    return int(text)
