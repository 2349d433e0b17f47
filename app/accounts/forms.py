"""Input of the account pages."""

from flask_babel import lazy_gettext as _
from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from app.web.forms import Form

LONGEST = 200


class SignInForm(Form):
    """E-mail address and password."""

    email = StringField(_("E-mail"), [InputRequired(_("Enter your e-mail address.")), Length(max=254)])
    password = PasswordField(_("Password"), [InputRequired(_("Enter your password.")), Length(max=LONGEST)])


class PasswordForm(Form):
    """The current password, and the new one twice."""

    current = PasswordField(
        _("Current password"), [InputRequired(_("Enter your current password.")), Length(max=LONGEST)]
    )
    new = PasswordField(_("New password"), [InputRequired(_("Enter a new password.")), Length(max=LONGEST)])
    repeat = PasswordField(_("New password once more"), [EqualTo("new", _("The two new passwords are not the same."))])
