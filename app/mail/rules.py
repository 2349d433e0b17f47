"""What may stand in a letter's head: addresses, names, lines."""

import re
from datetime import timedelta

from app.accounts.enums import Role
from app.accounts.rules import Actor, permission
from app.kernel.text import clean
from app.kernel.words import Message

SEE_MAIL = permission("mail.see", Role.ADMINISTRATOR, Role.COORDINATOR, Role.AUDITOR)
MANAGE_MAIL = permission("mail.manage", Role.ADMINISTRATOR, Role.COORDINATOR)

LONGEST_ADDRESS, LONGEST_LOCAL = 254, 64  # octets (RFC 5321)
LONGEST_PATH = 300
MOST_NAME, MOST_SUBJECT, MOST_REASON = 100, 200, 200  # characters
# Greylisting wants minutes; a full mailbox, days. All of them: three days and a half.
WAITS = (
    *(timedelta(minutes=minutes) for minutes in (5, 15, 30)),
    *(timedelta(hours=hours) for hours in (1, 2, 4, 8, 16, 24, 28)),
)
_SPECIALS = re.compile(r'[()<>\[\]:;@\\,"]+')  # they mean something in a head: a name gets along without them
_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(\.{_ATOM})*")
_LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
_DOMAIN = re.compile(rf"{_LABEL}(\.{_LABEL})+")
_PATH = re.compile(r"/(?![/\\])[A-Za-z0-9._~!$&'()*+,;=:@%/?#-]*")


def sees_all_mail(actor: Actor) -> bool:
    """Whether the page of all letters is somebody's; who looks after some places has a page in each of them."""
    return actor.reach(SEE_MAIL).everywhere


def clean_line(text: str, most: int) -> str:
    """One line without control and direction characters, shortened at a word if it must be."""
    line = clean(text)
    if len(line) <= most:
        return line
    return f"{line[: most - 1].rsplit(' ', 1)[0] or line[: most - 1]}…"


def header_line(text: str, most: int) -> str:
    """One line as it may stand in a letter's head: nothing in it is read as an encoded word (RFC 2047).

    Python's own library decodes such words when a field is set: "=?utf-8?q?a=0d=0aBcc:_b?=" became two fields.
    """
    return clean_line(clean(text).replace("=?", "= ?"), most)


def header_name(name: str) -> str:
    """A name as it may stand beside an address: nothing in it can be read as another address."""
    return header_line(_SPECIALS.sub(" ", name), MOST_NAME)


def is_path(path: str) -> bool:
    """Whether this is a path of our own site."""
    return len(path) <= LONGEST_PATH and _PATH.fullmatch(path) is not None


def wire_address(address: str) -> str:
    """The address as servers write it: the domain in ASCII (punycode), the local part as it is.

    Raises:
        ValueError: it can be no address.

    """
    local, _, domain = address.rpartition("@")
    wire = domain.encode("idna").decode("ascii").lower()  # UnicodeError is a ValueError
    octets = len(local.encode())
    if (
        not (_LOCAL.fullmatch(local) and _DOMAIN.fullmatch(wire))
        or octets > LONGEST_LOCAL
        or octets + 1 + len(wire) > LONGEST_ADDRESS
    ):
        msg = "this is not an e-mail address"
        raise ValueError(msg)
    return f"{local}@{wire}"


def address_problem(address: str) -> Message | None:
    """Why nothing can be sent to this address, or None."""
    try:
        wire_address(address)
    except ValueError:
        return Message("This is not an e-mail address. Correct it, then send the letter again.")
    return None


def wait_before(attempts: int) -> timedelta | None:
    """How long a letter waits after so many tries that were answered with "later"; None: that was often enough."""
    return WAITS[attempts - 1] if attempts <= len(WAITS) else None
