"""Handing in to a real server: in little memory, and whole or not at all when the server is killed."""

import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Thread

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from app.kernel import clock
from app.kernel.database import db
from app.kernel.files.store import DiskStore, is_whole
from app.kernel.files.writing import PART
from app.kernel.unit import unit_of_work
from modules.services import publish
from projects.models import Material
from tests.integration.hostile.killing import Victim, cookie_of, nursery, start
from tests.integration.hostile.test_uploads import highest
from tests.integration.projects.handing import DEFENCE
from tests.integration.projects.world import make_stage

MEGABYTE = 1024 * 1024
KILLS = 8


class Browser:
    """Somebody of a group at a browser."""

    def __init__(self, app: Flask) -> None:
        with app.app_context(), unit_of_work() as session:
            stage = make_stage(session)
            stage.split(1)
            stage.sitting(0, day=DEFENCE)
            publish(session, cohort=stage.cohort, actor=None, now=clock.now())
            self.cookie = cookie_of(app, stage.world.actor("participant"))
        self.acknowledged: list[int] = []

    def ask(self, victim: Victim, method: str, body: bytes = b"") -> tuple[int, str]:
        """One request; its status and page."""
        connection = HTTPConnection("127.0.0.1", victim.port, timeout=60)
        try:
            headers = {"Cookie": self.cookie, "Content-Type": "multipart/form-data; boundary=x"}
            connection.request(method, "/me/project", body, headers)
            answer = connection.getresponse()
            for name, value in answer.getheaders():
                if name == "Set-Cookie" and value.startswith("jetekshi="):
                    self.cookie = value.partition(";")[0]
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def body(self, victim: Victim, number: int, size: int) -> bytes:
        """A form with a file of this size, which is another one for each number."""
        status, page = self.ask(victim, "GET")
        token = BeautifulSoup(page, "html5lib").select_one("main form input[name=csrf_token]")
        assert token is not None, (status, page)
        return (
            f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token["value"]}\r\n'
            '--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
            f"%PDF-{number}\n".ljust(size)
            + "\r\n--x--\r\n"
        ).encode()

    def press(self, victim: Victim, number: int, body: bytes) -> None:
        """Hand in; a server that dies meanwhile gives no answer."""
        try:
            if self.ask(victim, "POST", body)[0] == 302:
                self.acknowledged.append(number)
        except (OSError, HTTPException):
            pass


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_ten_megabytes_are_taken_in_in_little_memory(own_app: Flask) -> None:
    browser = Browser(own_app)
    with nursery(own_app) as process:
        victim = start(process)
        browser.press(victim, 0, browser.body(victim, 0, MEGABYTE))  # whatever is loaded only once
        body = browser.body(victim, 1, 10 * MEGABYTE)
        before = highest(victim.pid)
        browser.press(victim, 1, body)
        assert browser.acknowledged == [0, 1]
        assert highest(victim.pid) - before < 5 * MEGABYTE
        victim.kill()


def test_a_killed_server_leaves_no_row_without_its_file(own_app: Flask) -> None:
    browser = Browser(own_app)
    with nursery(own_app) as process:
        whole = 0.0
        for number in range(KILLS + 1):
            victim = start(process)
            body = browser.body(victim, number, 2 * MEGABYTE)
            press = Thread(target=browser.press, args=(victim, number, body))
            begin = time.perf_counter()
            press.start()
            if number:
                time.sleep(whole * number / KILLS)  # not to wait for something: this is when the power goes
            else:
                press.join(60)
                whole = time.perf_counter() - begin
            victim.kill()
            press.join(60)
        last = start(process)
        assert browser.ask(last, "GET")[0] == 200
        last.kill()
    store = DiskStore(Path(own_app.extensions["settings"].DATA_DIR))
    with own_app.app_context():
        rows = db.session().scalars(select(Material).order_by(Material.number)).all()
        assert len(rows) >= len(browser.acknowledged) > 0
        assert [row.number for row in rows] == list(range(1, len(rows) + 1))
        assert all(is_whole(store, row.sha256) for row in rows)
    kept = [path.name for path in store.root.rglob("*") if path.is_file() and path.parent.name != PART]
    assert all(is_whole(store, name) for name in kept)
