"""What the installation gives to issuing: the key of control codes, the public address, whether it is a demo."""

from dataclasses import dataclass

from app.settings import Settings


@dataclass(frozen=True, slots=True)
class House:
    """Facts of the installation that go into each certificate.

    Args:
        control_key: the secret behind control codes; it must outlive the certificates.
        verify_base: the public address that a code is appended to.
        specimen: the certificates say SPECIMEN across the sheet.

    """

    control_key: bytes
    verify_base: str
    specimen: bool


def house_of(settings: Settings) -> House:
    """The facts of an installation with these settings."""
    return House(
        control_key=settings.SECRET_KEY.get_secret_value().encode(),
        verify_base=f"{settings.BASE_URL}/verify/",
        specimen=settings.DEMO,
    )
