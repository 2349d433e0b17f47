"""A worker: a hand for each lane, and a pulse that keeps the leases, fires the triggers and shows that it lives."""

import logging
import os
import secrets
import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event, Lock, Thread
from time import monotonic

from flask import Flask
from sqlalchemy.exc import IntegrityError

from app.jobs import ledger
from app.jobs.bell import bell
from app.jobs.carrying import carry_out
from app.jobs.enums import Lane
from app.jobs.kinds import Registry
from app.jobs.listening import Listener
from app.jobs.rules import LEASE
from app.jobs.services import fire_triggers
from app.kernel import clock
from app.kernel.database import db, reading
from app.kernel.unit import unit_of_work

log = logging.getLogger(__name__)

POLL = {"sqlite": 1.0, "postgresql": 15.0}  # seconds: other processes are heard on PostgreSQL only
PULSE = 5.0  # seconds
AFTER_TROUBLE = 5.0  # seconds before the database is asked again
NO_SOONER = 0.01  # seconds: a wait may end a little early
LAST_STEP = 20.0  # seconds that a step may take when the worker is told to stop


class Worker:
    """Carries jobs out until it is stopped. Any number may run, here and on other machines: they share only the ledger.

    Args:
        app: the application whose jobs these are.
        lease: how long a job stays in the hands of a worker that shows no life.
        now: gives this moment; tests turn it.

    """

    def __init__(self, app: Flask, *, lease: timedelta = LEASE, now: Callable[[], datetime] = clock.now) -> None:
        self.app, self.lease, self.now = app, lease, now
        self.registry: Registry = app.extensions["jobs"]
        self.name = f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(4)}"
        self.started_at = now()
        self._stop, self._lock = Event(), Lock()
        self._held: set[str] = set()
        self._threads: list[Thread] = []
        with app.app_context():
            address = db.engine.url
        self.dialect = address.get_backend_name()
        self._listener = Listener(address, bell) if self.dialect == "postgresql" else None

    def start(self) -> None:
        """Begin; comes back at once."""
        self._calmly(self.tick)  # whoever looks knows of it before its first job
        self._threads = [
            *(
                Thread(target=self._hand, args=(lane,), name=f"jobs-{lane}", daemon=True)
                for lane in self.registry.lanes
            ),
            Thread(target=self._keep_pulse, name="jobs-pulse", daemon=True),
        ]
        if self._listener:
            self._listener.start()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop: each job ends the step that it is at, and goes back into the ledger."""
        self._stop.set()
        bell.ring()
        until = monotonic() + LAST_STEP
        for thread in self._threads:
            thread.join(max(0.0, until - monotonic()))
        if self._listener:
            self._listener.stop()
        self._calmly(self._go_home)

    def run_due(self) -> int:
        """Carry out here and now what is due, until nothing is; gives how many jobs that were: for commands, tests."""
        count = 0
        while any(self._one(self.registry.names(lane)) for lane in self.registry.lanes):
            count += 1
        return count

    def tick(self) -> None:
        """One beat: say that one is alive, keep what one holds, put what is due at this time into the ledger."""
        moment = self.now()
        with self._lock:
            tokens = sorted(self._held)
        with self.app.app_context():
            with unit_of_work() as session:
                ledger.show_alive(session, self.name, started_at=self.started_at, now=moment)
                ledger.extend(session, tokens, until=moment + self.lease)
            with unit_of_work() as session:
                fire_triggers(session, self.registry, now=moment)

    def _go_home(self) -> None:
        with self.app.app_context(), unit_of_work() as session:
            ledger.go_home(session, self.name)

    def _calmly(self, act: Callable[[], object]) -> bool:
        """Do something that the database may hinder: a worker outlives that. Whether it went well."""
        try:
            act()
        except Exception as error:  # noqa: BLE001 - whatever it is, the next try may go well, and a person reads the log
            log.error("the worker could not go on, and tries again: %s", " ".join(str(error).split())[:300])  # noqa: TRY400 - one line a try, not a page
            return False
        return True

    def _keep_pulse(self) -> None:
        while not self._stop.wait(min(PULSE, self.lease.total_seconds() / 4)):
            self._calmly(self.tick)

    def _hand(self, lane: Lane) -> None:
        kinds = self.registry.names(lane)
        while not self._stop.is_set():
            if not self._calmly(lambda: self._work_or_wait(kinds)):
                self._stop.wait(AFTER_TROUBLE)

    def _work_or_wait(self, kinds: list[str]) -> None:
        heard, looked = bell.heard(), self.now()
        while not self._stop.is_set() and self._one(kinds):
            heard, looked = bell.heard(), self.now()
        if not self._stop.is_set():
            bell.wait(heard, self._nap(kinds, looked))

    def _nap(self, kinds: list[str], looked: datetime) -> float:
        """Seconds until there may be work for which nobody rings; ``looked``: up to then what was due was asked for."""
        longest = POLL[self.dialect]
        with self.app.app_context(), reading(), unit_of_work() as session:
            due = ledger.next_due(session, kinds=kinds, now=looked)
        return longest if due is None else min(longest, max(0.0, (due - self.now()).total_seconds()) + NO_SOONER)

    def _one(self, kinds: list[str]) -> bool:
        """Take one job and carry it out; whether there was one."""
        with self.app.app_context():
            held = self._claim(kinds)
            if held is None:
                return False
            with self._lock:
                self._held.add(held.token)
            try:
                carry_out(self.registry.kinds[held.kind], held, now=self.now, stopping=self._stop.is_set)
            finally:
                with self._lock:
                    self._held.discard(held.token)
        return True

    def _claim(self, kinds: list[str]) -> ledger.Claim | None:
        moment = self.now()
        if self.dialect == "sqlite":  # a claim takes the write lock there: look first
            with reading(), unit_of_work() as session:
                if not ledger.is_due(session, kinds=kinds, now=moment):
                    return None
        while True:
            try:
                with unit_of_work() as session:
                    return ledger.claim(session, kinds=kinds, now=moment, lease=self.lease)
            except IntegrityError:  # another worker began the same turn at this moment; there may be other jobs
                continue
