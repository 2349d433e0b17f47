"""When something below breaks: a page in the reader's language or one line on the terminal, never a traceback."""

import logging
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, flash, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.accounts.services import create_user
from app.factory import create_app
from app.kernel import clock
from app.kernel.database import db
from app.kernel.unit import unit_of_work
from app.web.policy import policy_of
from tests.support.database import settings_for
from tests.support.demonstration import PASSWORD, Demonstration, demo_settings
from tests.support.pages import csrf_token
from tests.support.visiting import signed_in

ROOT = Path(__file__).resolve().parents[3]
NOWHERE = "postgresql://nobody:nothing@127.0.0.1:9/nothing"  # the port "discard": nobody listens
SECRET = "a value that nobody may see"


@pytest.fixture
def production(demonstration: Demonstration, tmp_path: Path) -> Iterator[Flask]:
    """The demonstration as it runs outside the tests: errors become pages."""
    app = create_app(demo_settings(demonstration.copy(tmp_path / "demo")), testing=False)
    yield app
    with app.app_context():
        db.engine.dispose()


def test_an_error_nobody_foresaw_is_a_page_without_its_inside(
    production: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise RuntimeError(SECRET)

    for endpoint in ("web.healthz", "accounts.login"):
        broken.policy = policy_of(production.view_functions[endpoint])  # type: ignore[attr-defined]  # as decorators do
        monkeypatch.setitem(production.view_functions, endpoint, broken)
    for path in ("/healthz", "/login"):
        answer = signed_in(production, 1, 1, lang="en").get(path)
        text = answer.get_data(as_text=True)
        assert answer.status_code == 500
        assert "Something went wrong on our side" in text
        assert SECRET not in text
        assert "Traceback" not in text
    assert SECRET in caplog.text


def full(_session: Session) -> None:
    """A commit for which the disk has no room."""
    raise OperationalError("COMMIT", {}, OSError("database or disk is full"))


def test_a_commit_that_fails_signs_nobody_in(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with own_app.app_context(), unit_of_work() as session:
        create_user(session, email="a@example.org", display_name="A", password=PASSWORD, now=clock.now())
    client = own_app.test_client()
    data = {"email": "a@example.org", "password": PASSWORD, "csrf_token": csrf_token(client)}
    with monkeypatch.context() as patched:
        patched.setattr(Session, "commit", full)
        assert client.post("/login", data=data).status_code == 503
    assert client.get("/password").location == "/login?next=/password"
    assert client.post("/login", data=data).location == "/", "the token of the page before still holds"


def test_a_commit_that_fails_is_not_told_as_a_success(production: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def saved() -> ResponseReturnValue:
        flash("It was saved.")
        return redirect("/")

    saved.policy = policy_of(production.view_functions["accounts.login"])  # type: ignore[attr-defined]  # as decorators do
    monkeypatch.setitem(production.view_functions, "accounts.login", saved)
    monkeypatch.setattr(Session, "commit", full)
    client = signed_in(production, 1, 1, lang="en")
    answer = client.get("/login")
    assert answer.status_code == 503
    assert "Nothing was saved" in answer.get_data(as_text=True)
    assert "It was saved." not in answer.get_data(as_text=True)
    assert "It was saved." not in client.get("/verify/").get_data(as_text=True)


def test_an_error_in_a_template_and_even_in_the_page_of_errors(
    production: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_names: object, **_values: object) -> str:
        raise RuntimeError(SECRET)

    client = signed_in(production, 1, 1, lang="en")
    monkeypatch.setattr("app.web.pages.render_template", broken)
    assert "Something went wrong on our side" in client.get("/login").get_data(as_text=True)
    monkeypatch.setattr("app.web.errors.render_template", broken)
    answer = client.get("/login")
    assert answer.status_code == 500
    assert answer.get_data(as_text=True).count(" / ") == 2  # one sentence in three languages
    assert SECRET not in answer.get_data(as_text=True)
    assert caplog.records[-1].levelno == logging.ERROR


@pytest.mark.parametrize("path", ["/", "/certificates/", "/login", "/verify/AAAA", "/calendar/x.ics", "/me/"])
def test_without_a_database_each_page_says_so(tmp_path: Path, path: str, caplog: pytest.LogCaptureFixture) -> None:
    app = create_app(settings_for(NOWHERE, tmp_path), testing=False)
    answer = signed_in(app, 1, 1, lang="en").get(path)
    assert answer.status_code == 503
    assert "The system is busy" in answer.get_data(as_text=True)
    assert "Traceback" not in caplog.text


def test_without_a_database_the_process_lives_but_is_not_ready(tmp_path: Path) -> None:
    client = create_app(settings_for(NOWHERE, tmp_path), testing=False).test_client()
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json == {"status": "not ready", "problems": ["the database does not answer"]}


SETTINGS = {
    "SECRET_KEY": "a key for the tests alone, of no worth",
    "BASE_URL": "http://localhost",
    "MAIL_URL": "files:",
    "MAIL_FROM": "jetekshi@example.kz",
    "DEMO": "false",  # whatever `make demo` has left beside wsgi.py
}


@pytest.mark.parametrize(
    ("arguments", "changes", "said"),
    [
        (["certificates", "audit"], {"DATABASE_URL": NOWHERE}, "the database does not answer"),
        (["certificates", "audit"], {}, "flask db upgrade"),
        (["certificates", "audit"], {"DATABASE_URL": "nonsense"}, "DATABASE_URL"),
        (["certificates", "audit"], {"FEATURES": '["nothing"]'}, "FEATURES"),
        (["certificates", "audit"], {"FEATURES": "nonsense"}, "FEATURES"),
        (["certificates", "audit"], {"DATA_DIR": "/dev/null/data"}, "DATA_DIR"),
        (["certificates", "audit"], {"SECRET_KEY": "short"}, "SECRET_KEY"),
        (["certificates", "audit"], {"BASE_URL": "ftp://x/y"}, "BASE_URL"),
        (["certificates", "audit"], {"MAIL_URL": ""}, "MAIL_URL: Field required"),
        (["certificates", "audit"], {"MAIL_URL": "http://mail.example.kz"}, "MAIL_URL: Value error, must begin with"),
        (["certificates", "audit"], {"MAIL_FROM": "nobody"}, "MAIL_FROM: Value error, must be one e-mail address"),
    ],
)
def test_a_command_that_cannot_work_says_one_line(
    tmp_path: Path, arguments: list[str], changes: dict[str, str], said: str
) -> None:
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path / "data"), **SETTINGS, **changes}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False, text=True)
    assert done.returncode != 0
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert said in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["programmes", "import", "{}/none.yaml"], 1),
        (["programmes", "import", "{}"], 1),
        (["programmes", "import", "{}/random"], 1),
        (["cohorts", "import-roster", "nothing", "{}/random"], 1),
        (["cohorts", "import-roster", "kel-now-1", "{}/random"], 1),
        (["cohorts", "create", "A B", "--programme", "kel-now"], 1),
        (["cohorts", "create", "x", "--programme", "nothing"], 1),
        (["cohorts", "create", "x", "--programme", "kel-now", "--starts-on", "0001-01-01"], 1),
        (["cohorts", "create", "x", "--programme", "kel-now", "--time-zone", "../../etc/passwd"], 1),
        (["cohorts", "create", "x", "--programme", "kel-now", "--size", "9" * 30], 2),
        (["certificates", "propose", "kel-now-1", "--order", "1", "--on", "2024-01-01", "--by", "nobody@x"], 1),
        (["certificates", "propose", "kel-now-1", "--order", "1", "--on", "2024-99-01", "--by", "nobody@x"], 2),
        (["certificates", "approve", "nothing", "--by", "approver@demo.example"], 1),
        (["certificates", "export", "nothing", "--out", "{}/x.zip"], 1),
        (["certificates", "verify", "{}/none"], 2),
        (["certificates", "verify", "{}"], 2),
        (["certificates", "verify", "{}/random"], 2),
        (["certificates", "verify", "/dev/zero"], 2),
        (["demo", "seed", "--today", "9999-12-31"], 1),
        (["demo", "seed", "--today", "2026-99-99"], 2),
    ],
)
def test_nonsense_on_the_command_line(demo_app: Flask, tmp_path: Path, arguments: list[str], code: int) -> None:
    (tmp_path / "random").write_bytes(bytes(range(256)) * 100)
    done = demo_app.test_cli_runner().invoke(args=[part.format(tmp_path) for part in arguments])
    assert done.exit_code == code, done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert done.stderr.strip()
    assert "Traceback" not in done.output


def test_nobody_listens_there() -> None:
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", 9)) != 0, "the tests of this file need port 9 to be closed"
