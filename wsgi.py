"""The WSGI entry point: ``flask --app wsgi``, ``waitress-serve wsgi:app``, ``gunicorn wsgi:app``."""

import sys

from pydantic import ValidationError
from pydantic_settings import SettingsError

import config
from app.factory import create_app

HELP = "Set it in the environment, or run `make demo` for a demonstration."
BAD_SETTINGS = 78  # EX_CONFIG of sysexits.h

try:
    app = create_app(config.load())
except ValidationError as error:
    for problem in error.errors():
        name = "_".join(str(part) for part in problem["loc"]) or "settings"
        sys.stderr.write(f"{name}: {problem['msg']}. {HELP}\n")
    sys.exit(BAD_SETTINGS)
except SettingsError as error:
    sys.stderr.write(f"settings: {error}. {HELP}\n")
    sys.exit(BAD_SETTINGS)
except OSError as error:
    sys.stderr.write(f"DATA_DIR: {error.filename or ''}: {error.strerror}. {HELP}\n")
    sys.exit(BAD_SETTINGS)
