"""The settings of the demonstration: written once, so that every later command finds them."""

import os
import re
import secrets
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "var" / "settings.env"
FEATURES = '["cohorts", "modules", "projects", "certificates", "demo"]'
_FEATURES_LINE = re.compile("^FEATURES=.*$", re.MULTILINE)


def ensure(port: int) -> None:
    """Write the settings file unless there is one; the port of this run wins over the one written there."""
    if not FILE.exists():
        FILE.parent.mkdir(parents=True, exist_ok=True)
        password = os.environ.get("DEMO_PASSWORD") or secrets.token_urlsafe(9)
        lines = {
            "SECRET_KEY": secrets.token_urlsafe(48),
            "BASE_URL": f"http://127.0.0.1:{port}",
            "DEMO": "true",
            "DEMO_PASSWORD": password,
            "FEATURES": FEATURES,
        }
        text = "".join(f"{name}='{value}'\n" for name, value in lines.items())
        _write(f"# Made by `make demo`. Remove var/ to begin anew.\n{text}")
    else:
        written = FILE.read_text(encoding="utf-8")
        current = _FEATURES_LINE.sub(f"FEATURES='{FEATURES}'", written)  # those of an older demonstration were fewer
        if current != written:
            _write(current)
    os.environ.setdefault("BASE_URL", f"http://127.0.0.1:{port}")


def _write(text: str) -> None:
    partial = FILE.with_suffix(".part")
    partial.touch(mode=0o600)
    partial.write_text(text, encoding="utf-8")
    partial.replace(FILE)
