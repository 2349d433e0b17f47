"""The language of a page: the one chosen, else the account's, else the browser's, else Kazakh."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, g, has_request_context, request
from flask_babel import Babel, force_locale, gettext
from werkzeug import Response

from app.kernel.tri import LANGUAGES, Tri
from app.kernel.words import Message
from app.web.request import actor_or_none, settings

LANGUAGE_COOKIE = "lang"
THEME_COOKIE = "theme"
THEMES = ("light", "dark")
YEAR = 31_536_000  # seconds
_SAFE_PATH = re.compile(r"/(?![/\\])[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*")


def chosen_language() -> str:
    """The language of this request, worked out once."""
    if not has_request_context():
        return "en"
    if "lang" not in g:
        actor = actor_or_none()
        wished = (request.cookies.get(LANGUAGE_COOKIE), actor.language if actor else None)
        g.lang = next((lang for lang in wished if lang in LANGUAGES), None) or (
            request.accept_languages.best_match(LANGUAGES, default="kk")
        )
    lang: str = g.lang
    return lang


def chosen_theme() -> str:
    """``light``, ``dark``, or "" for what the device prefers."""
    theme = request.cookies.get(THEME_COOKIE, "")
    return theme if theme in THEMES else ""


def remember(response: Response, name: str, value: str) -> None:
    """Keep a language or a theme in the browser for a year."""
    response.set_cookie(name, value, max_age=YEAR, httponly=True, samesite="Lax", secure=settings().https)


def safe_path(path: str | None, default: str = "/") -> str:
    """A path of this site to go back to; anything else becomes the default (cf. CVE-2024-45399)."""
    return path if path and _SAFE_PATH.fullmatch(path) else default


def translate(message: Message | str) -> str:
    """A message in the language of the page, with the messages in its places translated too."""
    if isinstance(message, str):
        return message
    values: dict[str, Any] = {
        name: translate(value) if isinstance(value, Message) else value for name, value in message.values.items()
    }
    return str(gettext(message.text, **values)) if values else str(gettext(message.text)).replace("%%", "%")


def in_each_language(say: Callable[[str], str]) -> Tri:
    """What is said in every language of the product, each with its catalogue in force: to be kept in words."""
    texts = {}
    for lang in LANGUAGES:
        with force_locale(lang):
            texts[lang] = say(lang)
    return Tri.from_dict(texts)


def init_locale(app: Flask, packages: list[str]) -> None:
    """Load the catalogues of the platform and of each feature."""
    root = Path(app.root_path).parent
    directories = [root / "app" / "translations", *(root / package / "translations" for package in packages)]
    Babel(
        app,
        default_locale="en",
        default_translation_directories=";".join(str(path) for path in directories if path.is_dir()),
        locale_selector=chosen_language,
    )


__all__ = [
    "chosen_language",
    "chosen_theme",
    "force_locale",
    "in_each_language",
    "init_locale",
    "remember",
    "safe_path",
    "translate",
]
