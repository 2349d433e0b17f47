"""All letters, for whoever looks after everything."""

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from app.kernel.errors import NotFoundError
from app.kernel.words import Message
from app.mail import pages
from app.mail.pages import Shelf
from app.mail.rules import MANAGE_MAIL, SEE_MAIL, sees_all_mail
from app.web.policy import requires
from app.web.request import current_actor

blueprint = Blueprint("mail", __name__, url_prefix="/mail")


def _shelf() -> Shelf:
    """All letters.

    Raises:
        NotFoundError: the reader looks after some places only; each has a page of its own.

    """
    actor = current_actor()
    if not sees_all_mail(actor):
        raise NotFoundError(Message("There is no such page"))
    return Shelf(None, "mail.", may_act=actor.reach(MANAGE_MAIL).everywhere)


@blueprint.get("/")
@requires(SEE_MAIL)
def letters() -> ResponseReturnValue:
    """List the letters."""
    return pages.show_letters(_shelf())


@blueprint.get("/<int:number>/")
@requires(SEE_MAIL)
def letter(number: int) -> ResponseReturnValue:
    """Show a letter."""
    return pages.show_letter(_shelf(), number)


@blueprint.get("/<int:number>/letter.<any(html,ics):kind>")
@requires(SEE_MAIL)
def part(number: int, kind: str) -> Response:
    """Hand out a part of a letter."""
    return pages.send_part(_shelf(), number, kind)


@blueprint.post("/<int:number>/again")
@requires(MANAGE_MAIL)
def again(number: int) -> ResponseReturnValue:
    """Send a letter again."""
    return pages.press_again(_acting(), number)


@blueprint.post("/<int:number>/back")
@requires(MANAGE_MAIL)
def back(number: int) -> ResponseReturnValue:
    """Call a letter back."""
    return pages.press_back(_acting(), number)


def _acting() -> Shelf:
    shelf = _shelf()
    if not shelf.may_act:
        raise NotFoundError(Message("There is no such page"))
    return shelf
