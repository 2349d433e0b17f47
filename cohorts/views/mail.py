"""The letters of a cohort."""

from flask import Response, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.enums import ScopeKind
from app.accounts.rules import Permission
from app.mail import pages
from app.mail.pages import Shelf
from app.mail.queries import Scope
from app.mail.rules import MANAGE_MAIL, SEE_MAIL
from app.web.policy import requires
from cohorts.views.common import blueprint, desk


def _shelf(code: str, wanted: Permission = SEE_MAIL) -> Shelf:
    """The letters of a cohort that is within the actor's reach.

    Raises:
        NotFoundError: there is none, or it is out of reach.

    """
    at = desk(code, wanted)
    frame = at.frame()
    return Shelf(
        Scope(ScopeKind.COHORT, at.cohort.id),
        "cohorts.mail_",
        may_act=at.may(MANAGE_MAIL),
        address={"code": code},
        frame={
            "place": at.cohort.title,
            "sections": frame["sections"],
            "crumbs": ((url_for("cohorts.programmes"), _("Programmes")), (url_for("cohorts.cohort", code=code), code)),
        },
    )


@blueprint.get("/cohorts/<code>/mail/")
@requires(SEE_MAIL)
def mail_letters(code: str) -> ResponseReturnValue:
    """List the letters."""
    return pages.show_letters(_shelf(code))


@blueprint.get("/cohorts/<code>/mail/<int:number>/")
@requires(SEE_MAIL)
def mail_letter(code: str, number: int) -> ResponseReturnValue:
    """Show a letter."""
    return pages.show_letter(_shelf(code), number)


@blueprint.get("/cohorts/<code>/mail/<int:number>/letter.<any(html,ics):kind>")
@requires(SEE_MAIL)
def mail_part(code: str, number: int, kind: str) -> Response:
    """Hand out a part of a letter."""
    return pages.send_part(_shelf(code), number, kind)


@blueprint.post("/cohorts/<code>/mail/<int:number>/again")
@requires(MANAGE_MAIL)
def mail_again(code: str, number: int) -> ResponseReturnValue:
    """Send a letter again."""
    return pages.press_again(_shelf(code, MANAGE_MAIL), number)


@blueprint.post("/cohorts/<code>/mail/<int:number>/back")
@requires(MANAGE_MAIL)
def mail_back(code: str, number: int) -> ResponseReturnValue:
    """Call a letter back."""
    return pages.press_back(_shelf(code, MANAGE_MAIL), number)
