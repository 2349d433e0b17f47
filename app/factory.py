"""Puts the application together: the platform, then the features that the settings name."""

from datetime import timedelta
from importlib import import_module

from flask import Flask
from flask_migrate import Migrate
from flask_wtf import CSRFProtect

from app.accounts.views import blueprint as accounts
from app.cli import commands
from app.feature import Feature
from app.home.views import blueprint as home
from app.jobs.kinds import Registry
from app.jobs.views import blueprint as jobs
from app.kernel.database import db, engine_options, init_database
from app.kernel.unit import Application
from app.mail.views import blueprint as mail
from app.notices.kinds import Kinds
from app.notices.views import blueprint as notices
from app.platform import PLATFORM_JOBS, PLATFORM_MENU, PLATFORM_NOTICES, PLATFORM_TRIGGERS
from app.settings import Settings
from app.web.errors import init_errors
from app.web.health import MIGRATIONS
from app.web.hooks import ROOM_FOR_FORM, init_hooks, limit_form
from app.web.locale import init_locale
from app.web.login import init_login
from app.web.routing import init_routing
from app.web.static import init_static
from app.web.templating import init_templating
from app.web.views import blueprint as web

SESSION_LIFETIME = timedelta(hours=12)


def create_app(settings: Settings, *, testing: bool = False) -> Flask:
    """An application with these settings.

    Args:
        settings: what the installation decides.
        testing: errors nobody foresaw are raised to the test instead of shown as a page.

    Raises:
        ModuleNotFoundError: a feature that the settings name is not there.

    """
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    app = Application(__name__, template_folder="templates", static_folder="static")
    _configure(app, settings, testing=testing)
    features = tuple(_load(name) for name in settings.FEATURES)
    app.extensions["settings"] = settings
    _gather(app, features)
    init_routing(app)
    init_database(app)
    Migrate(app, db, directory=str(MIGRATIONS), compare_type=True)
    init_locale(app, [feature.name for feature in features])
    init_login(app)
    app.before_request(limit_form)  # before the next one, which reads the form
    CSRFProtect(app)
    init_hooks(app)
    init_errors(app)
    init_static(app)
    init_templating(app)
    for blueprint in (web, accounts, home, jobs, mail, notices):
        app.register_blueprint(blueprint)
    for command in commands:
        app.cli.add_command(command)
    for feature in features:
        _join(app, feature)
    return app


def _configure(app: Flask, settings: Settings, *, testing: bool) -> None:
    app.config.update(
        TESTING=testing,
        SECRET_KEY=settings.SECRET_KEY.get_secret_value(),
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url),
        TRUSTED_HOSTS=settings.hosts,
        MAX_CONTENT_LENGTH=settings.MAX_UPLOAD + ROOM_FOR_FORM,
        MAX_FORM_MEMORY_SIZE=1_000_000,
        MAX_FORM_PARTS=10_000,
        SESSION_COOKIE_NAME="jetekshi",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=SESSION_LIFETIME,
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # the default provider has it


def _gather(app: Flask, features: tuple[Feature, ...]) -> None:
    """Keep what the platform and the features give, each kind of thing in one place."""
    app.extensions["features"] = features
    app.extensions["menu"] = (*PLATFORM_MENU, *(item for feature in features for item in feature.menu))
    app.extensions["jobs"] = Registry(
        (*PLATFORM_JOBS, *(kind for feature in features for kind in feature.jobs)),
        (*PLATFORM_TRIGGERS, *(trigger for feature in features for trigger in feature.triggers)),
    )
    app.extensions["notices"] = Kinds(
        (
            *PLATFORM_NOTICES,
            *(kind for feature in features for kind in feature.notices),
            *(reminder.notice for feature in features for reminder in feature.reminders),
        )
    )
    app.extensions["reminders"] = tuple(reminder for feature in features for reminder in feature.reminders)


def _load(name: str) -> Feature:
    feature: Feature = import_module(f"{name}.feature").FEATURE
    return feature


def _join(app: Flask, feature: Feature) -> None:
    for blueprint in feature.blueprints:
        app.register_blueprint(blueprint)
    for command in feature.commands:
        app.cli.add_command(command)
    app.jinja_env.filters.update(feature.filters)
