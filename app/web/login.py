"""Sessions of people: a signed cookie that ends when the account's session version grows."""

from flask import Flask, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, login_user
from werkzeug import Response

from app.accounts.queries import load_actor
from app.accounts.rules import Actor
from app.kernel.clock import day_of
from app.kernel.tri import LANGUAGES
from app.web.request import db_session, moment


class SignedIn(UserMixin):  # type: ignore[misc]  # flask-login ships no types
    """What Flask-Login keeps: the actor behind a session."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    def get_id(self) -> str:
        """The account and its session version: a new version ends older sessions."""
        return f"{self.actor.user_id}:{self.actor.session_version}"


def _load(key: str) -> SignedIn | None:
    number, _, version = key.partition(":")
    if not (number.isdecimal() and version.isdecimal()) or "without_accounts" in g:
        return None
    cookie = request.cookies.get("lang", "")
    lang = cookie if cookie in LANGUAGES else LANGUAGES[0]
    actor = load_actor(db_session(), int(number), day=day_of(moment()), lang=lang)
    return SignedIn(actor) if actor and actor.session_version == int(version) else None


def do_without_accounts() -> None:
    """Ask the database no more who is signed in: a page must say that it does not answer."""
    g.without_accounts = True


def begin_session(actor: Actor) -> None:
    """Start a fresh session for an account: nothing of the one before is kept (no fixation)."""
    session.clear()
    session.permanent = True
    login_user(SignedIn(actor))


def to_sign_in() -> Response:
    """Send somebody to the sign-in page, to come back after it."""
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("accounts.login", next=wanted if wanted != "/" else None))


def init_login(app: Flask) -> None:
    """Set sessions up; the policies, not Flask-Login, decide who is sent to sign in."""
    manager = LoginManager()
    manager.session_protection = None  # phones change their network address all day
    manager.user_loader(_load)
    manager.init_app(app)
