"""The two ways out: a file for each letter, or a server that takes them over SMTP."""

import re
import smtplib
import ssl
import time
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from app.kernel.files.writing import draft
from app.kernel.words import Message
from app.mail.conversation import Conversation, TlsConversation
from app.mail.rules import MOST_REASON, clean_line
from app.mail.server import MailServer, Safety
from app.settings import Settings

FOLDER = "mail"
TIMEOUT = 30.0  # seconds that a server may keep silent
PAUSE = 0.05  # seconds between two letters: a server that is pressed takes us for a sender of rubbish
PER_CONNECTION = 100  # letters; many servers hang up after so many
MOST_BREAKS = 3  # connections in a row that break off: then it is the server, not a letter
OK, TRY_LATER, FOR_GOOD, CLOSING, TOO_BIG = 250, 400, 500, 421, 552
SIGN_IN_FIRST = frozenset({530, 534, 535, 538})


class ServerAwayError(Exception):
    """Nothing can be sent now, whichever letter it is."""

    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason


class LetterRefusedError(Exception):
    """This letter is not taken: now, or for good."""

    def __init__(self, reason: Message, *, for_good: bool) -> None:
        super().__init__(str(reason))
        self.reason, self.for_good = reason, for_good


@dataclass(frozen=True, slots=True)
class Parcel:
    """A letter to be handed over.

    Args:
        name: the same at every try.

    """

    name: str
    sender: str
    to: str
    content: bytes


class Transport(Protocol):
    """A way out."""

    def send(self, parcel: Parcel) -> None:
        """Hand a letter over; when this returns, it is out of our hands.

        Raises:
            LetterRefusedError, ServerAwayError: it is not.

        """

    def close(self) -> None:
        """No more letters for now."""


def transport_of(settings: Settings) -> Transport:
    """The way out of this installation."""
    server = settings.mail_server
    return SmtpTransport(server, settings.MAIL_FROM) if server else FileTransport(settings.DATA_DIR / FOLDER)


class FileTransport:
    """Letters become files; one that is sent again takes the place of itself."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, parcel: Parcel) -> None:
        """Write the file, whole or not at all."""
        try:
            with draft(self._folder) as file:
                file.write(parcel.content)
                file.keep(self._folder / f"{parcel.name}.eml")
        except OSError as error:
            raise ServerAwayError(Message("The folder cannot be written: %(what)s", what=_said(error))) from error

    def close(self) -> None:
        """Nothing is open."""


@dataclass
class SmtpTransport:
    """One connection for many letters."""

    server: MailServer
    sender: str
    pause: float = PAUSE
    _connection: Conversation | None = field(default=None, init=False)
    _handed: int = field(default=0, init=False)
    _breaks: int = field(default=0, init=False)

    def send(self, parcel: Parcel) -> None:
        """Hand a letter over. A connection that broke before the letter was under way is made anew."""
        if self._handed:
            time.sleep(self.pause)
        if self._handed >= PER_CONNECTION:
            self.close()
        if self._connection:
            self._connection.give_time()
        try:
            try:
                self._envelope(self._connected(), parcel)
            except TimeoutError:  # its time is over: a connection that was stale breaks at once
                raise
            except (smtplib.SMTPServerDisconnected, OSError):
                self._drop()
                self._envelope(self._connected(), parcel)
            self._hand_over(self._connected(), parcel)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self._broke(error)
        self._breaks = 0

    def close(self) -> None:
        """Say goodbye."""
        if self._connection:
            with suppress(smtplib.SMTPException, OSError):
                self._connection.quit()
        self._drop()

    def _drop(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection, self._handed = None, 0

    def _broke(self, error: Exception) -> None:
        """Whose fault it is: the server's if it does not come back, else perhaps the letter's."""
        self._drop()
        self._breaks += 1
        broken = Message("The connection broke off while the letter was handed over: %(what)s", what=_said(error))
        if self._breaks >= MOST_BREAKS:
            raise ServerAwayError(broken) from error
        self._connected()
        raise LetterRefusedError(broken, for_good=False) from error

    def _connected(self) -> Conversation:
        if self._connection is None:
            try:
                self._connection = self._connect()
            except (smtplib.SMTPException, OSError) as error:
                raise ServerAwayError(_trouble(error, self.server)) from error
        return self._connection

    def _connect(self) -> Conversation:
        server, us = self.server, self.sender.rpartition("@")[2]
        if server.safety == Safety.TLS:
            context = ssl.create_default_context()
            connection: Conversation = TlsConversation(
                server.host, server.port, local_hostname=us, timeout=TIMEOUT, context=context
            )
        else:
            connection = Conversation(server.host, server.port, local_hostname=us, timeout=TIMEOUT)
        try:
            if server.safety == Safety.STARTTLS:
                connection.starttls(context=ssl.create_default_context())
            connection.ehlo_or_helo_if_needed()
            if server.user:
                connection.login(server.user, server.password.get_secret_value())
        except BaseException:
            connection.close()
            raise
        connection.give_time()  # greeting and sign-in had a minute of their own
        return connection

    def _envelope(self, connection: smtplib.SMTP, parcel: Parcel) -> None:
        options: list[str] = []
        if not parcel.to.isascii():
            if not connection.has_extn("smtputf8"):
                raise LetterRefusedError(
                    Message("The mail server takes no address with letters that are not Latin."), for_good=True
                )
            options = ["SMTPUTF8", "BODY=8BITMIME"]
        code, reply = connection.mail(parcel.sender, options)
        if code == TOO_BIG:
            self._refuse(connection, code, reply)
        if code != OK:
            self._drop()
            raise ServerAwayError(Message("The server takes no letters from us: %(what)s", what=_line(code, reply)))
        code, reply = connection.rcpt(parcel.to)
        if code not in {OK, OK + 1}:
            self._refuse(connection, code, reply)

    def _hand_over(self, connection: smtplib.SMTP, parcel: Parcel) -> None:
        try:
            code, reply = connection.data(parcel.content)
        except smtplib.SMTPDataError as error:
            code, reply = error.smtp_code, _bytes(error.smtp_error)
        if code != OK:
            self._refuse(connection, code, reply)
        self._handed += 1

    def _refuse(self, connection: smtplib.SMTP, code: int, reply: bytes) -> None:
        line = _line(code, reply)
        if code == CLOSING or code in SIGN_IN_FIRST or code < TRY_LATER:
            self._drop()
            raise ServerAwayError(Message("The server takes no letters now: %(what)s", what=line))
        try:
            connection.rset()
        except (smtplib.SMTPException, OSError):
            self._drop()
        self._breaks = 0
        raise LetterRefusedError(Message("The server says: %(what)s", what=line), for_good=code >= FOR_GOOD)


def _trouble(error: Exception, server: MailServer) -> Message:
    """Why no connection came about."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        what = _line(error.smtp_code, _veiled(_bytes(error.smtp_error), server))
        return Message("The server refused the user or the password of MAIL_URL: %(what)s", what=what)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Message("The server does not offer what MAIL_URL wants: %(what)s", what=_said(error))
    if isinstance(error, ssl.SSLCertVerificationError):
        return Message("The server's certificate could not be verified: %(what)s", what=error.verify_message)
    if isinstance(error, ssl.SSLError):
        return Message("No encrypted connection came about: %(what)s", what=_said(error))
    return Message("The server does not answer: %(what)s", what=_said(error))


def _said(error: Exception) -> str:
    """What an error says, in one line."""
    if isinstance(error, smtplib.SMTPResponseException):
        return _line(error.smtp_code, _bytes(error.smtp_error))
    text = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
    return clean_line(text, MOST_REASON)


def _line(code: int, reply: bytes) -> str:
    """What a server answered, in one line that fits a page."""
    return clean_line(f"{code} {reply.decode(errors='replace')}", MOST_REASON)


def _veiled(reply: bytes, server: MailServer) -> bytes:
    """An answer without the password: servers repeat a command that they do not like, and answers stand on pages."""
    secret = server.password.get_secret_value()
    plain = (secret, f"\0{server.user}\0{secret}")
    told = [secret.encode(), *(b64encode(text.encode()).rstrip(b"=") for text in plain)]
    return re.sub(b"(" + b"|".join(map(re.escape, told)) + b")=*", b"...", reply, flags=re.IGNORECASE)


def _bytes(reply: bytes | str) -> bytes:
    return reply if isinstance(reply, bytes) else reply.encode()
