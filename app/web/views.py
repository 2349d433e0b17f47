"""Pages of the platform itself: language and theme, health."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from app.kernel.tri import LANGUAGES
from app.web.health import problems
from app.web.locale import LANGUAGE_COOKIE, THEME_COOKIE, THEMES, remember, safe_path
from app.web.policy import public
from app.web.request import settings

blueprint = Blueprint("web", __name__)


@blueprint.post("/preferences")
@public
def preferences() -> ResponseReturnValue:
    """Remember a language or a theme in a cookie, then go back."""
    response = redirect(safe_path(request.form.get("back")))
    for name, allowed in ((LANGUAGE_COOKIE, LANGUAGES), (THEME_COOKIE, THEMES)):
        value = request.form.get(name)
        if value is not None and value in allowed:
            remember(response, name, value)
    return response


@blueprint.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """The process answers."""
    return {"status": "ok"}


@blueprint.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """The installation can work: database, migrations, disk, workers. 503 with the reasons otherwise."""
    found = problems(settings())
    return {"status": "ok" if not found else "not ready", "problems": found}, 503 if found else 200
