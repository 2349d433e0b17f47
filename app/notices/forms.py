"""Input of the pages of notices."""

from collections.abc import Collection

from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from app.notices.kinds import NoticeKind
from app.web.forms import Form
from app.web.locale import translate
from app.web.request import moment
from app.web.zones import NAMES, zone_words

LANGUAGE_NAMES = (("kk", "Қазақша"), ("ru", "Русский"), ("en", "English"))  # each as its speakers write it


class ChoicesForm(Form):
    """In which language, by which clocks and of what somebody gets letters."""

    language = RadioField(_("Language of letters and pages"))
    time_zone = SelectField(_("Times in letters and notices"))
    wanted = SelectMultipleField(
        _("Also by e-mail"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(), validate_choice=True
    )

    def offer(self, kinds: Collection[NoticeKind], zone: str) -> None:
        """Set the choices in the page's language; a zone that is saved already stays among them."""
        self.language.choices = list(LANGUAGE_NAMES)
        zones = dict.fromkeys((*NAMES, zone))
        self.time_zone.choices = [(name, zone_words(name, moment())) for name in zones]
        self.wanted.choices = [(kind.name, translate(kind.label)) for kind in kinds]
