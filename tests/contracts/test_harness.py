"""What the tests stand on holds: nothing stays behind, nothing is reached, nothing is skipped."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from pytest_socket import SocketConnectBlockedError
from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.services import create_user
from app.kernel import clock
from app.kernel.database import db
from tests.contracts.house import ROOT
from tests.support import browser, postgres
from tests.support.database import Databases, application, settings_for

PASSWORD = "a password of nobody"


def users(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(User)) or 0


def add_user(session: Session, email: str = "someone@example.org") -> None:
    create_user(session, email=email, display_name="Someone", password=PASSWORD, now=clock.now())


@pytest.mark.parametrize("turn", [1, 2])
def test_what_a_test_commits_is_gone_for_the_next(session: Session, turn: int) -> None:
    assert users(session) == 0, turn
    add_user(session)
    session.commit()
    assert users(session) == 1


def test_a_request_sees_what_the_test_holds_and_leaves_what_it_commits(session: Session, client: FlaskClient) -> None:
    add_user(session)

    answer = client.post("/login", data={"email": "someone@example.org", "password": PASSWORD})

    assert answer.request.path == "/login"
    assert users(session) == 1


def test_what_a_command_forgets_to_commit_is_gone(app: Flask, session: Session, cli: FlaskCliRunner) -> None:
    @app.cli.command("forget")
    def forget() -> None:
        add_user(db.session())
        db.session.flush()

    result = cli.invoke(args=["forget"])

    assert result.exit_code == 0, result.output
    assert users(session) == 0


def test_an_application_of_its_own_commits_to_its_own_database(own_app: Flask, databases: Databases) -> None:
    with own_app.app_context():
        add_user(db.session())
        db.session.commit()
    with own_app.app_context():
        assert users(db.session()) == 1

    with application(settings_for(databases.copy(), Path(own_app.instance_path))) as other, other.app_context():
        assert users(db.session()) == 0


def test_an_empty_database_is_empty(databases: Databases, tmp_path: Path) -> None:
    with application(settings_for(databases.empty(), tmp_path)) as app, app.app_context():
        assert inspect(db.engine).get_table_names() == []


def test_both_kinds_of_database_are_tested(session: Session, backend: str) -> None:
    assert session.get_bind().dialect.name == backend


def test_no_other_host_is_reached() -> None:
    with socket.socket() as outside, pytest.raises((SocketConnectBlockedError, UserWarning)):
        outside.connect(("192.0.2.1", 80))


def test_the_server_goes_with_a_killed_run() -> None:
    program = (
        "import time; from tests.support import postgres; print(postgres.start().folder, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        folder = Path(run.stdout.readline().strip())
        assert (folder / "data").is_dir()
        os.kill(run.pid, signal.SIGKILL)

    until = time.monotonic() + 20
    while folder.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not folder.exists()


def test_the_package_stands_in_for_the_distributions_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(postgres, "DISTRIBUTION", tmp_path)

    server = postgres.start()

    try:
        assert "jetekshi-postgres-" in server.folder.name
        assert (server.folder / "package").is_dir() == (os.geteuid() == 0)
    finally:
        server.stop()
    assert not server.folder.exists()


def test_no_server_at_all_is_a_failure_with_a_way_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(postgres, "DISTRIBUTION", tmp_path)
    monkeypatch.setattr(postgres, "find_spec", lambda _name: None)

    with pytest.raises(postgres.NoPostgresError, match="apt-get install postgresql"):
        postgres.start()


def test_no_browser_is_a_sentence_that_says_how(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(browser, "chromium", lambda: None)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    assert browser.main() == 1
    assert capsys.readouterr().err == f"{browser.HOW}\n"
