"""Where settings come from: the environment, then the file that ``make demo`` wrote. Only ``wsgi.py`` reads this."""

from pathlib import Path

from app.settings import Settings

ROOT = Path(__file__).resolve().parent
SETTINGS_FILE = ROOT / "var" / "settings.env"


def load() -> Settings:
    """The settings of this installation.

    Raises:
        pydantic.ValidationError: a setting is missing or makes no sense; there is no default for a secret.

    """
    return Settings(_env_file=SETTINGS_FILE)
