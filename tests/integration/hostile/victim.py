"""Servers that are made to be killed: ``python -m tests.integration.hostile.victim DATABASE_URL DATA_DIR BASE_URL``.

Each line on its input starts one more server, a child that answers by waitress on a free port: one line of output says
its process and its port. All modules are loaded once, before the first fork, so that a server starts fast.
"""

import logging
import os
import sys
from pathlib import Path

from flask import Flask
from waitress.server import create_server

from app.factory import create_app
from tests.support.database import settings_for


def serve(app: Flask) -> None:
    """Answer until killed."""
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    sys.stdout.write(f"{os.getpid()} {server.effective_port}\n")
    sys.stdout.flush()
    server.run()


def main(address: str, folder: Path) -> None:
    """Fork a server for each line; when the input ends, so does this."""
    app = create_app(settings_for(address, folder, BASE_URL="http://127.0.0.1"))
    for name in app.jinja_env.list_templates(["html"]):
        app.jinja_env.get_template(name)
    logging.getLogger("waitress").setLevel(logging.ERROR)
    for _line in sys.stdin:
        if os.fork() == 0:
            serve(app)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
