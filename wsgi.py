"""The WSGI entry point: ``flask --app wsgi``, ``waitress-serve wsgi:app``, ``gunicorn wsgi:app``."""

import sys

from pydantic import ValidationError

import config
from app.factory import create_app

try:
    app = create_app(config.load())
except ValidationError as error:
    for problem in error.errors():
        name = "_".join(str(part) for part in problem["loc"]) or "settings"
        sys.stderr.write(
            f"{name}: {problem['msg']}. Set it in the environment, or run `make demo` for a demonstration.\n"
        )
    sys.exit(78)
