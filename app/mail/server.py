"""Where letters go, as MAIL_URL says it."""

import re
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

FILES = "files:"
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?", re.IGNORECASE)
EXAMPLES = "files: or smtps://user:password@host:465 or smtp://user:password@host:587"


class Safety(StrEnum):
    """How a connection is kept from being read: from its beginning, by STARTTLS, or by not leaving the machine."""

    TLS = "tls"
    STARTTLS = "starttls"
    LOOPBACK = "loopback"


@dataclass(frozen=True, slots=True)
class MailServer:
    """A server that takes letters.

    Args:
        user: "": it wants nobody to sign in.

    """

    host: str
    port: int
    safety: Safety
    user: str = ""
    password: SecretStr = field(default_factory=lambda: SecretStr(""))


def read_mail_url(address: str) -> MailServer | None:
    """The server that an address names; None: letters become files.

    Raises:
        ValueError: it makes no sense; the sentence holds nothing of the address, where a password may stand.

    """
    if address == FILES:
        return None
    if not address.isprintable() or " " in address:
        msg = f"must be without spaces, such as {EXAMPLES}"
        raise ValueError(msg)
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("smtp:")
    if parts.scheme not in {"smtp", "smtps"}:
        msg = f"must begin with files:, smtps: or smtp:, such as {EXAMPLES}"
        raise ValueError(msg)
    more = parts.path.strip("/") or parts.query or parts.fragment
    if not host or not is_host(host) or port == 0 or parts.netloc.count("@") > 1 or more:
        msg = f"must name a host, perhaps a port, and nothing after it, such as {EXAMPLES}; / ? # @ in a password are\
 written as %2F %3F %23 %40"
        raise ValueError(msg)
    if bool(parts.username) != bool(parts.password):
        msg = f"must name both user and password, or neither, such as {EXAMPLES}"
        raise ValueError(msg)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not (user + password).isascii() or not (user + password).isprintable():
        msg = f"must name user and password in ASCII, which is all that can be sent, such as {EXAMPLES}"
        raise ValueError(msg)
    tls = parts.scheme == "smtps"
    return MailServer(
        host=host,
        port=port or (465 if tls else 587),
        safety=Safety.TLS if tls else Safety.LOOPBACK if is_loopback(host) else Safety.STARTTLS,
        user=user,
        password=SecretStr(password),
    )


def is_host(host: str) -> bool:
    """Whether this can be the name or the address of a machine."""
    with suppress(ValueError):
        return bool(ip_address(host))
    try:
        return _HOST.fullmatch(host.encode("idna").decode("ascii")) is not None
    except UnicodeError:
        return False


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
