"""While something slow goes on that writes nothing, others write: also on SQLite, which has one writer at a time."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts import services, views
from app.accounts.models import SignInAttempt, User
from app.accounts.services import create_user
from app.kernel import clock
from app.kernel.unit import unit_of_work
from app.web.pages import page
from tests.support.together import together

PASSWORD = "тау мен тас, су мен от"


def test_nobody_waits_while_a_password_is_compared(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with own_app.app_context(), unit_of_work() as own:
        create_user(own, email="someone@example.org", display_name="S", password=PASSWORD, now=clock.now())
    seen: list[int] = []

    def compare(_hash: str, _password: str) -> bool:  # somebody else writes meanwhile
        def write() -> int:
            with own_app.app_context(), unit_of_work() as other:
                other.add(SignInAttempt(key="c" * 64, at=clock.now()))
            return 1

        seen.extend(together(write))
        return True

    monkeypatch.setattr(services, "_matches", compare)
    own_app.config["WTF_CSRF_ENABLED"] = False
    given = {"email": "someone@example.org", "password": "whatever it is"}
    answer = own_app.test_client().post("/login", data=given, base_url="http://localhost")
    assert (answer.location, seen) == ("/", [1])


def test_the_page_of_a_refusal_holds_no_writer_up(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the form comes back with its errors, others write."""
    with own_app.app_context(), unit_of_work() as own:
        create_user(own, email="someone@example.org", display_name="S", password=PASSWORD, now=clock.now())
        user_id = own.scalars(select(User.id)).one()
    seen: list[int] = []

    def write() -> int:
        with own_app.app_context(), unit_of_work() as other:
            other.add(SignInAttempt(key="c" * 64, at=clock.now()))
        return 1

    def shown(*args: object, **options: object) -> object:
        seen.extend(together(write))
        return page(*args, **options)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(views, "page", shown)
    own_app.config["WTF_CSRF_ENABLED"] = False
    client = own_app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = f"{user_id}:1"
    answer = client.post("/password", data={"current": "wrong", "new": "a new long one", "repeat": "a new long one"})
    assert (answer.status_code, seen) == (422, [1])
