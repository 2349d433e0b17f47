"""Talking with a mail server that may take its time, but not for ever."""

import smtplib
import socket
from contextlib import suppress
from threading import Event, Timer
from time import monotonic
from typing import Any

# Seconds for a letter, or for a greeting and a sign-in. A server may think for half a minute before one of its answers;
# nobody's letter is worth more than that twice, as all others wait behind it.
DEADLINE = 60.0


class Conversation(smtplib.SMTP):
    """A connection that is cut when its time is over: a timeout of a socket begins anew with each byte that comes."""

    def __init__(self, *address: Any, **options: Any) -> None:  # noqa: ANN401 - those of smtplib
        self.give_time()
        super().__init__(*address, **options)

    def give_time(self) -> None:
        """Begin the time anew, for another letter."""
        self._until = monotonic() + DEADLINE

    def getreply(self) -> tuple[int, bytes]:
        """Wait for an answer.

        Raises:
            TimeoutError: it did not come, or not to its end.

        """
        late = Event()
        watch = Timer(max(0.0, self._until - monotonic()), self._cut, [late])
        watch.daemon = True
        watch.start()
        try:
            return super().getreply()
        finally:
            watch.cancel()
            if late.is_set():  # half a line would else be taken for an answer
                self.close()
                msg = f"the server was still answering after {DEADLINE:.0f} seconds"
                raise TimeoutError(msg)

    def _cut(self, late: Event) -> None:
        late.set()
        line = self.sock
        if line:
            with suppress(OSError):  # it ended at this moment
                socket.socket.shutdown(line, socket.SHUT_RDWR)  # that of TLS would let the next words go unencrypted


class TlsConversation(Conversation, smtplib.SMTP_SSL):
    """The same, encrypted from its beginning."""
