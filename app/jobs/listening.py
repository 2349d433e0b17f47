"""Hearing PostgreSQL's notifications: a connection of its own, opened again when it breaks."""

import logging
from threading import Event, Thread

import psycopg
from sqlalchemy import URL

from app.jobs.bell import CHANNEL, Bell

log = logging.getLogger(__name__)
AGAIN = 5.0  # seconds before a broken connection is opened again
LOOK_UP = 1.0  # seconds between looks whether to stop


class Listener:
    """Rings the bell of this process whenever some process committed work.

    Args:
        address: the database, as SQLAlchemy knows it.

    """

    def __init__(self, address: URL, bell: Bell) -> None:
        self._address = address.set(drivername="postgresql").render_as_string(hide_password=False)
        self._bell = bell
        self._stop = Event()
        self._thread = Thread(target=self._run, name="jobs-listener", daemon=True)

    def start(self) -> None:
        """Begin; comes back at once."""
        self._thread.start()

    def stop(self) -> None:
        """Stop, and wait for the connection to close."""
        self._stop.set()
        self._thread.join(AGAIN + LOOK_UP)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._listen()
            except psycopg.Error as error:
                log.warning("not told of new jobs, looking from time to time: %s", str(error).partition("\n")[0])
                self._stop.wait(AGAIN)

    def _listen(self) -> None:
        with psycopg.connect(self._address, autocommit=True, connect_timeout=int(AGAIN)) as connection:
            connection.execute(f"LISTEN {CHANNEL}".encode())
            self._bell.ring()  # for what was committed before we listened
            while not self._stop.is_set():
                for _ in connection.notifies(timeout=LOOK_UP, stop_after=1):
                    self._bell.ring()
