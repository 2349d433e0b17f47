"""Those who write to one SQLite file from this process stand in line: who came first writes first.

SQLite lets whoever waits try again after pauses of growing length: under load the newest come first, and some starve.
Other processes are still met that way, by the writer whose turn it is.
"""

import sqlite3
from collections import deque
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Any
from weakref import WeakValueDictionary

__all__ = ["Line", "Place", "WriterConnection", "line_of"]


class Line:
    """The places of the writers of one file, in the order in which they came: the first may write.

    There is no lock in it. A connection that is forgotten leaves when the garbage collector comes by, which may be in
    the middle of a method below and in its own thread; each step of the deque is whole, and calling whoever is first
    once too often does no harm.
    """

    def __init__(self) -> None:
        self._calls: deque[SimpleQueue[None]] = deque()  # one for each place

    def join(self, seconds: float) -> "Place | None":
        """Stand in line until one may write; None if that took longer than so many seconds."""
        call: SimpleQueue[None] = SimpleQueue()
        place = Place(self, call)
        self._calls.append(call)
        if self._calls[0] is not call:
            with suppress(Empty):
                call.get(timeout=seconds)
        if self._calls[0] is call:  # called or not: who comes to be first in the last moment may write
            return place
        place.leave()
        return None

    def leave(self, call: "SimpleQueue[None]") -> None:
        """Give a place up, wherever it is in the line, and call whoever is first now."""
        with suppress(ValueError):
            self._calls.remove(call)
        with suppress(IndexError):
            self._calls[0].put(None)


class Place:
    """Somebody's place in a line, given up at the latest when nobody has it any more."""

    __slots__ = ("_call", "_line")

    def __init__(self, line: Line, call: "SimpleQueue[None]") -> None:
        self._line = line
        self._call: SimpleQueue[None] | None = call

    def __del__(self) -> None:
        self.leave()

    def leave(self) -> None:
        """Let the next one write."""
        call, self._call = self._call, None
        if call is not None:
            self._line.leave(call)


class WriterConnection(sqlite3.Connection):
    """A connection that keeps its place until its transaction has ended, in whatever way."""

    line: Line | None = None  # nobody queues for a database in memory
    _place: Place | None = None

    def queue_up(self, seconds: float) -> bool:
        """Wait for the turn to write; False if it did not come within so many seconds."""
        if self.line is not None and self._place is None:
            self._place = self.line.join(seconds)
            return self._place is not None
        return True

    def step_aside(self) -> None:
        """Let the next one write."""
        place, self._place = self._place, None
        if place is not None:
            place.leave()

    def commit(self) -> None:
        """Commit; what cannot be is rolled back, as on PostgreSQL: it would take the lock along into the pool."""
        try:
            super().commit()
        except BaseException:
            self.rollback()
            raise
        self.step_aside()

    def rollback(self) -> None:
        """Roll back; the next one's turn comes."""
        try:
            super().rollback()
        finally:
            self.step_aside()

    def close(self) -> None:
        """Close; the next one's turn comes."""
        try:
            super().close()
        finally:
            self.step_aside()


_lines: WeakValueDictionary[str, Line] = WeakValueDictionary()
_making = Lock()


def line_of(connection: Any) -> Line | None:  # noqa: ANN401 - the driver's own type
    """The one line of the file that a connection is on, whatever engine it is of and however its path is written."""
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    if not path:
        return None
    with _making:
        return _lines.setdefault(path, Line())
