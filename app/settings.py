"""What an installation decides. No secret has a default."""

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from app.mail.rules import wire_address
from app.mail.server import FILES, MailServer, read_mail_url

MEGABYTE = 1024 * 1024
DEMO_MAIL = {"MAIL_URL": FILES, "MAIL_FROM": "jetekshi@demo.example"}


def _origin(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
        msg = "must be the address of the site alone, such as https://leaders.example.kz"
        raise ValueError(msg)
    return f"{parts.scheme}://{parts.netloc}"


def _database(address: str) -> str:
    try:
        known = not address or make_url(address).get_backend_name() in {"sqlite", "postgresql", "postgres"}
    except ArgumentError:
        known = False
    if not known:
        msg = "must be the address of a database, such as postgresql://user:password@host/name or sqlite:////path"
        raise ValueError(msg)
    return address


def _mail(address: SecretStr) -> SecretStr:
    read_mail_url(address.get_secret_value())
    return address


def _sender(address: str) -> str:
    try:
        sender = wire_address(address)
    except ValueError:
        sender = ""
    if not sender.isascii() or not sender:
        msg = "must be one e-mail address in Latin letters and without a name, such as jetekshi@example.kz"
        raise ValueError(msg)
    return sender


def _feature(name: str) -> str:
    if not name.isidentifier() or find_spec(name) is None:
        msg = f"there is no feature {name!r}"
        raise ValueError(msg)
    return name


class Settings(BaseSettings):
    """One installation.

    Args:
        SECRET_KEY: signs sessions and control codes; at least 32 characters; never changes.
        BASE_URL: the only source of links; requests for another host are refused.
        DATABASE_URL: SQLite or PostgreSQL; by default a SQLite file in DATA_DIR.
        DATA_DIR: where files live (certificates, uploads, the SQLite database).
        DEMO: synthetic people, SPECIMEN certificates, known accounts, also answers to localhost.
        MAIL_URL: the server that takes letters, or ``files:`` (each a file in DATA_DIR/mail), as in a demonstration.
        MAIL_FROM: the address that letters come from.
        DEMO_PASSWORD: the password of the demonstration's accounts.
        FEATURES: the packages to load, lowest first.
        MAX_UPLOAD: the largest file that somebody may send, in bytes.

    """

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    SECRET_KEY: SecretStr = Field(min_length=32)
    BASE_URL: Annotated[str, AfterValidator(_origin)]
    DATABASE_URL: Annotated[str, AfterValidator(_database)] = ""
    DATA_DIR: Path = Path("var")
    DEMO: bool = False
    DEMO_PASSWORD: SecretStr | None = None
    MAIL_URL: Annotated[SecretStr, AfterValidator(_mail)] = Field(default=SecretStr(""), validate_default=True)
    MAIL_FROM: Annotated[str, AfterValidator(_sender)] = Field(default="", validate_default=True)
    FEATURES: tuple[Annotated[str, AfterValidator(_feature)], ...] = ("cohorts", "modules", "projects", "certificates")
    MAX_UPLOAD: int = 12 * MEGABYTE

    @field_validator("MAIL_URL", "MAIL_FROM", mode="before")
    @classmethod
    def _mail_of_a_demonstration(cls, value: object, info: ValidationInfo) -> object:
        """Only a demonstration may leave mail to us: elsewhere letters would be files that nobody reads."""
        given = value.get_secret_value() if isinstance(value, SecretStr) else value
        if given:
            return value
        if not info.data.get("DEMO"):
            raise PydanticCustomError("missing", "Field required")  # as pydantic says it
        return DEMO_MAIL[str(info.field_name)]

    @property
    def mail_server(self) -> MailServer | None:
        """The server that takes letters; None: they become files."""
        return read_mail_url(self.MAIL_URL.get_secret_value())

    @property
    def database_url(self) -> str:
        """The database, with the driver that we use for PostgreSQL."""
        if not self.DATABASE_URL:
            return f"sqlite:///{(self.DATA_DIR / 'jetekshi.sqlite').resolve()}"
        for scheme in ("postgresql://", "postgres://"):
            if self.DATABASE_URL.startswith(scheme):
                return "postgresql+psycopg://" + self.DATABASE_URL.removeprefix(scheme)
        return self.DATABASE_URL

    @property
    def hosts(self) -> list[str]:
        """The host names that this installation answers to."""
        host = urlsplit(self.BASE_URL).hostname or ""
        return [host, "localhost", "127.0.0.1"] if self.DEMO else [host]

    @property
    def https(self) -> bool:
        """Whether people reach it by https: cookies are then marked Secure."""
        return self.BASE_URL.startswith("https://")
