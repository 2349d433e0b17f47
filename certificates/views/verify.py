"""The public check: anybody who holds a certificate learns whether it is genuine, and compares what it says."""

from math import ceil

from flask import Blueprint, Response, make_response
from flask.typing import ResponseReturnValue

from app.accounts.services import throttle_key
from app.kernel.clock import HOME_ZONE
from app.kernel.unit import keep_changes
from app.web.pages import page
from app.web.policy import public
from app.web.request import db_session, moment, network_address, settings
from certificates.forms import VerifyForm
from certificates.services.lookups import Answer, LookUp, look_up
from certificates.views.sheets import name_markup, printed

blueprint = Blueprint("certificates", __name__, template_folder="../templates")
NOT_FOUND, TOO_MANY = 404, 429


def _key() -> str:
    return throttle_key(settings().SECRET_KEY.get_secret_value(), "certificate", network_address())


@blueprint.get("/verify/")
@public
def verify_form() -> ResponseReturnValue:
    """Ask for the two lines under the QR code."""
    return _private(page("certificates/verify_form.html", form=VerifyForm()))


@blueprint.post("/verify/")
@public
def verify_pair() -> ResponseReturnValue:
    """Check the number and the control code; both travel in the body, so that no log keeps them."""
    form = VerifyForm()
    if not form.validate_on_submit():
        return _private(page("certificates/verify_form.html", form=form))
    pair = (form.number.data or "", form.code.data or "")
    return _answered(look_up(db_session(), key=_key(), now=moment(), pair=pair), form, pair=True)


@blueprint.get("/verify/<code>")
@public
def verify_code(code: str) -> ResponseReturnValue:
    """Check the code of a QR."""
    return _answered(look_up(db_session(), key=_key(), now=moment(), code=code), VerifyForm(), pair=False)


def _answered(found: LookUp, form: VerifyForm, *, pair: bool) -> Response:
    status = 200
    if found.answer == Answer.UNKNOWN:
        keep_changes()
        status = NOT_FOUND
    elif found.answer == Answer.WAIT:
        status = TOO_MANY
    else:
        form = VerifyForm(formdata=None)
    response = _private(
        page(
            "certificates/verify.html",
            status=status,
            answer=found.answer.value,
            certificate=found.certificate,
            status_on=found.status_on,
            name=name_markup(found.payload.holder) if found.payload else "",
            rows=printed(found.payload) if found.payload else [],
            pair=pair,
            minutes=ceil(found.wait.total_seconds() / 60),
            zone=found.certificate.cohort.time_zone if found.certificate else HOME_ZONE,
            form=form,
        )
    )
    if found.answer == Answer.WAIT:
        response.headers["Retry-After"] = str(ceil(found.wait.total_seconds()))
    return response


def _private(answer: tuple[str, int]) -> Response:
    """Answers about certificates are neither kept by caches nor found by search engines."""
    response = make_response(*answer)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
