"""Input of the certificates' pages."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, DateField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from app.kernel.text import clean
from app.kernel.tri import Tri
from app.web.forms import Form
from certificates.rules import REASON_LENGTH
from certificates.rules.completion import DOCUMENT_LENGTH

ORDER_LENGTH = 60
OFFICE_LENGTH = 200


class ProposeForm(Form):
    """The order, the two dates, and the office that hands the certificates over."""

    order_number = StringField(
        _("Order number"), [InputRequired(_("Enter the number of the order.")), Length(max=ORDER_LENGTH)]
    )
    order_date = DateField(_("Order date"), [InputRequired(_("Enter the date of the order."))])
    issued_on = DateField(_("Date of issue"), [InputRequired(_("Enter the date of issue."))])
    office_kk = StringField(_("Handed over by (office), in Kazakh"), [Optional(), Length(max=OFFICE_LENGTH)])
    office_ru = StringField(_("Handed over by (office), in Russian"), [Optional(), Length(max=OFFICE_LENGTH)])
    office_en = StringField(_("Handed over by (office), in English"), [Optional(), Length(max=OFFICE_LENGTH)])

    def office(self) -> Tri | None:
        """The office in the languages that were filled in; None when none was."""
        kk, ru, en = (clean(field.data or "") or None for field in (self.office_kk, self.office_ru, self.office_en))
        return Tri(kk=kk, ru=ru, en=en) or None

    def place_office(self, office: Tri | None) -> None:
        """Fill the office in before the form is shown for the first time."""
        if office:
            self.office_kk.data, self.office_ru.data, self.office_en.data = office.kk, office.ru, office.en


class ApproveForm(Form):
    """The approver has looked."""

    looked = BooleanField(
        _("I have looked at the list and the specimen. Numbers cannot be taken back, only annulled."),
        [InputRequired(_("Tick that you have looked at the list and the specimen."))],
    )


class SendBackForm(Form):
    """What has to be mended."""

    note = TextAreaField(
        _("What has to be mended"), [InputRequired(_("Say what has to be mended.")), Length(max=REASON_LENGTH)]
    )


class AnnulForm(Form):
    """Why a certificate is annulled."""

    reason = StringField(_("Reason"), [InputRequired(_("Enter the reason.")), Length(max=REASON_LENGTH)])


class ReissueForm(AnnulForm):
    """Why a certificate is replaced, and the date on the new one."""

    issued_on = DateField(_("Date of issue"), [InputRequired(_("Enter the date of issue."))])


class WaiveForm(Form):
    """Which condition somebody is let off, why, and what shows it."""

    condition = SelectField(_("Condition"))
    reason = StringField(_("Reason"), [InputRequired(_("Enter the reason.")), Length(max=REASON_LENGTH)])
    document = StringField(_("Document"), [InputRequired(_("Name the document.")), Length(max=DOCUMENT_LENGTH)])

    def offer(self, conditions: Sequence[tuple[str, str]]) -> None:
        """Set the conditions that can be waived: (key, words)."""
        self.condition.choices = list(conditions)


class TakeBackForm(Form):
    """A waiver is taken back; its button says which."""


class OrderForm(Form):
    """An order."""

    order_number = StringField(
        _("Number of the order"), [InputRequired(_("Enter the number of the order.")), Length(max=ORDER_LENGTH)]
    )
    order_date = DateField(_("Date of the order"), [InputRequired(_("Enter the date of the order."))])


class VerifyForm(Form):
    """The two lines printed on the paper."""

    number = StringField(
        _("Certificate number"), [InputRequired(_("Enter the number of the certificate.")), Length(max=60)]
    )
    code = StringField(_("Control code"), [InputRequired(_("Enter the control code.")), Length(max=40)])
