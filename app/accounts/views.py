"""Pages of accounts: sign in, sign out, change the password."""

from datetime import timedelta
from math import ceil

from flask import Blueprint, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import logout_user

from app.accounts.forms import PasswordForm, SignInForm
from app.accounts.queries import load_actor
from app.accounts.services import SignIn, change_password, sign_in, throttle_key, try_password
from app.kernel.clock import day_of
from app.kernel.database import reading
from app.kernel.text import identity
from app.kernel.unit import keep_changes
from app.web.forms import submitted
from app.web.locale import chosen_language, safe_path
from app.web.login import begin_session
from app.web.pages import page
from app.web.policy import public, signed_in
from app.web.request import actor_or_none, current_actor, db_session, moment, network_address, settings

blueprint = Blueprint("accounts", __name__)
UNPROCESSABLE, TOO_MANY = 422, 429


@blueprint.get("/login")
@public
def login() -> ResponseReturnValue:
    """Show the sign-in page; whoever is signed in goes on."""
    if actor_or_none() is not None:
        return redirect(safe_path(request.args.get("next")))
    return page("app/login.html", form=SignInForm(), notice="")


@blueprint.post("/login")
@public
def login_post() -> ResponseReturnValue:
    """Sign in."""
    form = SignInForm()
    if not form.validate_on_submit():
        return page("app/login.html", form=form, notice="")
    email = form.email.data or ""
    secret = settings().SECRET_KEY.get_secret_value()
    keys = (throttle_key(secret, "email", identity(email)), throttle_key(secret, "address", network_address()))
    with reading():  # nobody waits while the password is compared
        proof = try_password(db_session(), email=email, password=form.password.data or "", keys=keys, now=moment())
        db_session().rollback()
    outcome = sign_in(db_session(), email=email, proof=proof, keys=keys, now=moment())
    if outcome.user_id is None:
        return _refused(form, outcome)
    actor = load_actor(db_session(), outcome.user_id, day=day_of(moment()), lang=chosen_language())
    if actor is not None:
        begin_session(actor)
    return redirect(safe_path(request.args.get("next")))


def _refused(form: SignInForm, outcome: SignIn) -> ResponseReturnValue:
    keep_changes()
    form.form_errors.append(_("The e-mail or the password is wrong"))
    if not outcome.wait:
        notice = ngettext("%(num)s more try is left.", "%(num)s more tries are left.", outcome.tries_left)
        return page("app/login.html", form=form, notice=notice)
    minutes = ceil(outcome.wait / timedelta(minutes=1))
    form.form_errors[:] = [
        ngettext("Too many tries: wait %(num)s minute.", "Too many tries: wait %(num)s minutes.", minutes)
    ]
    body, _status = page("app/login.html", form=form, notice="")
    return body, TOO_MANY, {"Retry-After": str(ceil(outcome.wait.total_seconds()))}


@blueprint.post("/logout")
@signed_in
def logout() -> ResponseReturnValue:
    """End the session."""
    logout_user()
    session.clear()
    return redirect(url_for("accounts.login"))


@blueprint.route("/password", methods=["GET", "POST"])
@signed_in
def password() -> ResponseReturnValue:
    """Change one's own password; the account's other sessions end."""
    form = PasswordForm()
    actor = current_actor()

    def change() -> None:
        change_password(
            db_session(), current=form.current.data or "", new=form.new.data or "", actor=actor, now=moment()
        )

    if not submitted(form, change):
        return page("app/password.html", form=form)
    renewed = load_actor(db_session(), actor.user_id, day=day_of(moment()), lang=chosen_language())
    if renewed is not None:
        begin_session(renewed)
    flash(_("The password was changed. Your other sessions have ended."))
    return redirect(url_for("home.index"))
