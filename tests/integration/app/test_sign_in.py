"""Signing in and out, the throttle, passwords."""

from datetime import timedelta

import pytest
import time_machine
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts import services
from app.accounts.enums import Role
from app.accounts.models import SignInAttempt, User
from app.accounts.rules import TRIES, WINDOW
from app.accounts.services import create_user, grant, try_password
from app.audit.models import AuditEntry
from app.kernel import clock
from app.kernel.errors import DomainError
from tests.support.pages import post

PASSWORD = "тау мен тас, су мен от"

pytestmark = pytest.mark.usefixtures("user")


@pytest.fixture
def user(session: Session) -> User:
    user = create_user(session, email="Someone@Example.org", display_name="Someone", password=PASSWORD, now=clock.now())
    grant(session, user=user, role=Role.AUDITOR, now=clock.now())
    session.commit()
    return user


def sign_in(
    client: FlaskClient, *, email: str = "someone@example.org", password: str = PASSWORD, to: str = "/login"
) -> TestResponse:
    return post(client, to, {"email": email, "password": password})


def test_the_right_password_opens_the_start_page(client: FlaskClient) -> None:
    assert sign_in(client, email=" SOMEONE@example.org ").location == "/"
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(("email", "password"), [("someone@example.org", "wrong"), ("nobody@example.org", PASSWORD)])
def test_a_wrong_address_and_a_wrong_password_are_told_apart_by_nothing(
    client: FlaskClient, email: str, password: str
) -> None:
    answer = sign_in(client, email=email, password=password)
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert "Пошта немесе құпиясөз дұрыс емес" in text
    assert client.get("/").status_code == 302


def test_repeated_failures_are_answered_with_429_until_the_window_has_passed(client: FlaskClient) -> None:
    start = clock.now()
    with time_machine.travel(start, tick=False):
        for _ in range(TRIES - 1):
            assert sign_in(client, password="wrong").status_code == 422
        assert sign_in(client, password="wrong").status_code == 429
        refused = sign_in(client)
        assert refused.status_code == 429
        assert 0 < int(refused.headers["Retry-After"]) <= WINDOW.total_seconds()
    with time_machine.travel(start + WINDOW + timedelta(seconds=1), tick=False):
        assert sign_in(client).location == "/"


def test_an_unknown_address_is_throttled_like_a_known_one(client: FlaskClient) -> None:
    statuses = [sign_in(client, email="nobody@example.org").status_code for _ in range(TRIES + 1)]
    assert statuses == [422] * (TRIES - 1) + [429, 429]


def test_failures_are_counted_without_keeping_addresses(client: FlaskClient, session: Session) -> None:
    sign_in(client, password="wrong")
    keys = session.scalars(select(SignInAttempt.key)).all()
    assert len(keys) == 2
    assert all(len(key) == 64 and "example" not in key for key in keys)


@pytest.mark.parametrize(
    ("wanted", "goes"),
    [
        ("/password", "/password"),
        ("/certificates/?q=%D0%90", "/certificates/?q=%D0%90"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("http:///evil.example", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_after_signing_in_people_stay_on_this_site(client: FlaskClient, wanted: str, goes: str) -> None:
    client.get("/login")
    answer = post(client, "/login", {"email": "someone@example.org", "password": PASSWORD}, query={"next": wanted})
    assert answer.location == goes


def test_signing_in_starts_a_new_session(client: FlaskClient) -> None:
    with client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
    sign_in(client)
    with client.session_transaction() as cookie:
        assert "planted" not in cookie


def test_a_changed_grant_ends_the_session(client: FlaskClient, session: Session, user: User) -> None:
    sign_in(client)
    assert client.get("/").status_code == 200
    grant(session, user=session.get_one(User, user.id), role=Role.APPROVER, now=clock.now())
    assert client.get("/").status_code == 302


def test_signing_out_ends_the_session(client: FlaskClient) -> None:
    sign_in(client)
    assert post(client, "/logout", {}).location == "/login"
    assert client.get("/").status_code == 302


def test_a_new_password_keeps_this_session_and_ends_the_others(client: FlaskClient) -> None:
    other = client.application.test_client()
    sign_in(other)
    sign_in(client)
    new = "жаңа құпиясөз 2026"
    answer = post(client, "/password", {"current": PASSWORD, "new": new, "repeat": new})
    assert answer.location == "/"
    assert client.get("/").status_code == 200
    assert other.get("/").status_code == 302
    assert sign_in(other).status_code == 422
    assert sign_in(other, password=new).location == "/"


@pytest.mark.parametrize(
    ("current", "new", "repeat"),
    [
        ("wrong", "a new long password", "a new long password"),
        (PASSWORD, "short", "short"),
        (PASSWORD, "a new long password", "another"),
    ],
)
def test_a_refused_password_changes_nothing(client: FlaskClient, current: str, new: str, repeat: str) -> None:
    sign_in(client)
    answer = post(client, "/password", {"current": current, "new": new, "repeat": repeat})
    assert answer.status_code == 422
    assert sign_in(client.application.test_client()).location == "/"


def test_one_address_has_one_account_however_it_is_written(session: Session) -> None:
    with pytest.raises(DomainError):
        create_user(
            session, email="ＳＯＭＥＯＮＥ@example.org ", display_name="Copy", password=PASSWORD, now=clock.now()
        )


def test_signing_in_is_in_the_audit(client: FlaskClient, session: Session) -> None:
    sign_in(client)
    wanted = select(func.count()).select_from(AuditEntry).where(AuditEntry.act == "accounts.signed_in")
    assert session.scalar(wanted) == 1


def test_a_password_that_was_changed_while_it_was_compared_lets_nobody_in(session: Session, user: User) -> None:
    keys = ("a" * 64, "b" * 64)
    proof = try_password(session, email=user.email, password=PASSWORD, keys=keys, now=clock.now())
    assert proof.matches
    user.password_hash = "another"
    session.flush()
    assert services.sign_in(session, email=user.email, proof=proof, keys=keys, now=clock.now()).user_id is None


def test_a_hash_of_weaker_measure_is_renewed(session: Session, client: FlaskClient, user: User) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD)
    user.password_hash = weak
    session.flush()
    sign_in(client)
    assert session.get_one(User, user.id).password_hash != weak
    assert sign_in(client.application.test_client()).location == "/"
