"""What pages show of a payload."""

from flask_babel import gettext as _
from markupsafe import Markup

from app.web.locale import chosen_language
from certificates.codes import display_control_code
from certificates.drawing.words import FACT_LABELS
from certificates.models import Certificate
from certificates.payload import Holder, Payload, PayloadError, Words

SCRIPTS = {"kk": "kk", "ru": "ru", "latin": "en"}


class NameOf:
    """Reads the printed name of a certificate for a template: the first form, with the language it is in."""

    def __call__(self, certificate: Certificate) -> Markup:
        """The name as markup; a dash when the record is broken, so that the others are still shown."""
        try:
            holder = Payload.from_json(certificate.payload).holder
        except PayloadError:
            return Markup("–")
        return name_markup(holder, small=False)


def name_markup(holder: Holder, *, small: bool = True) -> Markup:
    """The name in all its forms, each marked with its language; the further ones in small print."""
    seen: set[str] = set()
    parts: list[Markup] = []
    for form, lang in SCRIPTS.items():
        text = getattr(holder, form)
        if text and text not in seen:
            seen.add(text)
            template = '<small lang="{}">{}</small>' if parts else '<span lang="{}">{}</span>'
            parts.append(Markup(template).format(lang, text))  # noqa: S704 - both templates are constants
    return Markup("").join(parts if small else parts[:1])


def spoken(words: Words) -> Markup:
    """A text in the page's language, else in the first that is known, marked with its language."""
    lang = chosen_language()
    for candidate in (lang, "kk", "ru", "en"):
        text = getattr(words, candidate)
        if text:
            return Markup('<span lang="{}">{}</span>').format(candidate, text)
    return Markup("–")


def printed(payload: Payload) -> list[tuple[str, Markup | str]]:
    """Every printed field as (label, value) in the page's language, in the order of the paper."""
    rows: list[tuple[str, Markup | str]] = [(_("Programme"), spoken(payload.programme))]
    lang = chosen_language()
    rows += [(getattr(FACT_LABELS[fact.key], lang), spoken(fact.value)) for fact in payload.facts]
    rows.append((_("Number"), Markup('<span class="mono">{}</span>').format(payload.number)))
    rows.append(
        (_("Control code"), Markup('<span class="mono">{}</span>').format(display_control_code(payload.control_code)))
    )
    rows += [(_("Issued by"), spoken(issuer.name)) for issuer in payload.issuers]
    rows += [(_("Signed by"), signatory(party.name, party.post)) for party in payload.signatories]
    if payload.presenter is not None and payload.presenter.forms():
        rows.append((_("Handed over by"), spoken(payload.presenter)))
    return rows


def signatory(name: Words, post: Words) -> Markup:
    """Who signs: the name with the post, or whichever is known."""
    if not name.forms():
        return spoken(post)
    if not post.forms():
        return spoken(name)
    return Markup("{}, {}").format(spoken(name), spoken(post))
