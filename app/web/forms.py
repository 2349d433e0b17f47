"""Forms: messages in the page's language, and refusals of the domain put on their fields."""

from collections.abc import Callable
from typing import Any, ClassVar

from flask_babel import get_translations
from flask_wtf import FlaskForm
from wtforms import Field

from app.kernel.errors import ConflictError, DomainError, NotFoundError
from app.kernel.unit import refuse
from app.kernel.words import Message
from app.web.locale import translate

# Sentences that WTForms itself says; named here so that the catalogues have them.
LIBRARY_MESSAGES = (
    Message("This field is required."),
    Message("Not a valid choice."),
    Message("Not a valid date value."),
    Message("Not a valid time value."),
    Message("Not a valid integer value."),
)


def library_plural(singular: str, plural: str) -> tuple[str, str]:
    """Name a plural sentence of WTForms, so that the catalogues have it."""
    return singular, plural


LIBRARY_PLURALS = (
    library_plural("Field cannot be longer than %(max)d character.", "Field cannot be longer than %(max)d characters."),
)


class _Translations:
    """Our catalogues, asked as WTForms asks: it fills the places of its sentences itself."""

    def gettext(self, string: str) -> str:
        return str(get_translations().ugettext(string))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return str(get_translations().ungettext(singular, plural, n))


class Form(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """The base of every form.

    A form that ``mends_conflicts`` has a field ``version``, and its page shows ``conflict``: when somebody else was
    faster, it comes again with what was typed, on top of the newer version.
    """

    mends_conflicts: ClassVar[bool] = False
    conflict: ConflictError | None = None

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # flask-wtf ships no types
        """Messages come from our own catalogues: WTForms has no Kazakh."""

        def get_translations(self, form: FlaskForm) -> _Translations:
            """Where the library's own sentences are looked up."""
            return _Translations()


def submitted(form: Form, act: Callable[[], Any]) -> bool:
    """Validate a form and act; a refusal of the domain goes to its field and everything is rolled back.

    Returns:
        True when it was sent, valid and done; otherwise show the page again.

    Raises:
        ConflictError, NotFoundError: their pages answer instead of the form (unless it mends conflicts itself).

    """
    if not form.validate_on_submit():
        if form.is_submitted():
            refuse()
        return False
    try:
        act()
    except ConflictError as error:
        if not form.mends_conflicts or error.version is None:
            raise
        refuse()
        form.conflict = error
        form["version"].data, form["version"].raw_data = error.version, [str(error.version)]
        return False
    except NotFoundError:
        raise
    except DomainError as error:
        refuse()
        place(form, error)
        return False
    return True


def place(form: Form, error: DomainError) -> None:
    """Put a refusal on its field, or on the form when it belongs to none."""
    sentence = translate(error.message)
    field: Field | None = form[error.field] if error.field and error.field in form else None
    if field is None:
        form.form_errors.append(sentence)
    else:
        field.errors = [*field.errors, sentence]
