"""``python -m demo``: migrate, make or renew the demonstration, say where it is, serve."""

import logging
import os
import sys

from flask_migrate import upgrade

from app.kernel import clock
from app.serving import serve
from demo import settings
from demo.accounts import account_lines
from demo.seed import seed


def main() -> None:
    """Run the demonstration on PORT (8000) until it is stopped."""
    port = int(os.environ.get("PORT") or "8000")
    settings.ensure(port)
    from wsgi import app  # noqa: PLC0415 - reads the settings that were written a line above

    logging.getLogger("alembic").setLevel(logging.WARNING)
    with app.app_context():
        upgrade()
        seed(app.extensions["settings"], today=clock.day_of(clock.now()))
        lines = account_lines(app.extensions["settings"])
    address = os.environ["BASE_URL"]
    sys.stdout.write("\n".join(["", f"Jetekshi: {address}", "", *lines, "", "Stop with Ctrl+C.", ""]))
    sys.stdout.flush()
    serve(app, host="127.0.0.1", port=port)


if __name__ == "__main__":
    main()
