"""A real mail server on loopback, with encryption and sign-in, that can be told to refuse, to be slow, to hang up."""

import asyncio
import socket
import ssl
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from threading import Event
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pydantic import SecretStr

from app.mail.server import MailServer, Safety

PLAIN = {"tls_context": None, "require_starttls": False, "auth_required": False, "authenticator": None}
USER, PASSWORD = "jetekshi", "a password of the tests"
DROPS, DROP = 100, 0.1  # seconds


@dataclass
class Postbox:
    """What a server got, and what it is told to answer.

    Args:
        replies: for an address, what is answered to RCPT, one after another; then it is taken.
        data_reply: answered to every letter instead of taking it.
        hang_up_after: how many letters are taken before the line is cut, without an answer to the last.
        gate: a letter waits here before it is answered.
        drips: the command whose answer comes byte by byte.
        pauses: how many seconds it thinks before it answers a command.

    """

    letters: list[EmailMessage] = field(default_factory=list)
    replies: dict[str, list[str]] = field(default_factory=dict)
    data_reply: str = ""
    hang_up_after: int | None = None
    gate: Event | None = None
    drips: str = ""
    pauses: dict[str, float] = field(default_factory=dict)
    arrived: Event = field(default_factory=Event)
    connections: int = 0
    recipients: list[str] = field(default_factory=list)

    @property
    def ids(self) -> Counter[str]:
        """How often each letter came."""
        return Counter(str(letter["Message-ID"]) for letter in self.letters)

    async def handle_EHLO(  # noqa: N802 - as in aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Somebody came; they say hello once more when the line is encrypted."""
        self.connections += session.ssl is not None
        session.host_name = hostname
        await self._drip("EHLO", server)
        return responses

    async def handle_RCPT(  # noqa: N802 - as in aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, or what was told."""
        await self._drip("RCPT", server)
        if told := self.replies.get(address):
            return told.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as in aiosmtpd
        """Take a letter."""
        self.arrived.set()
        if self.gate is not None:
            while not self.gate.is_set():
                time.sleep(0.01)  # noqa: ASYNC251 - as said above
        await self._drip("DATA", server)
        if self.data_reply:
            return self.data_reply
        assert isinstance(envelope.content, bytes)
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        self.recipients += envelope.rcpt_tos
        if self.hang_up_after is not None and len(self.letters) % self.hang_up_after == 0:
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return "250 OK"

    async def _drip(self, command: str, server: SMTP) -> None:
        await asyncio.sleep(self.pauses.get(command, 0))
        for letter in "250 OK".ljust(DROPS, "K") if command == self.drips else "":
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.write(letter.encode())
            await asyncio.sleep(DROP)


@dataclass
class Office:
    """The machine on which postboxes open: one name, one port, one certificate."""

    folder: Path
    authority: trustme.CA = field(default_factory=trustme.CA)
    port: int = 0

    @property
    def trusted(self) -> Path:
        """The file of the authority, for clients that shall trust it."""
        path = self.folder / "authority.pem"
        self.authority.cert_pem.write_to_path(path)
        return path

    def server(self, safety: Safety = Safety.STARTTLS, user: str = USER, password: str = PASSWORD) -> MailServer:
        """What MAIL_URL would say of it; a test knows its port only when it is open."""
        return MailServer("127.0.0.1", self.port, safety, user, SecretStr(password))

    @contextmanager
    def open(self, postbox: Postbox, **options: Any) -> Iterator[Postbox]:  # noqa: ANN401 - those of aiosmtpd
        """Take letters until the end, on the same port each time."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.authority.issue_cert("127.0.0.1").configure_cert(context)
        given = {
            "tls_context": context,
            "require_starttls": True,
            "auth_required": True,
            "authenticator": _signed_in,
            "enable_SMTPUTF8": False,
            "hostname": "127.0.0.1",
            "port": self.port,
            **options,
        }
        controller = Controller(postbox, **given)
        if not self.port:
            controller.port = self.port = _free_port()
        controller.start()
        try:
            yield postbox
        finally:
            controller.stop()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def _signed_in(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:  # noqa: ANN401 - as in aiosmtpd
    right = isinstance(data, LoginPassword) and data == LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)
