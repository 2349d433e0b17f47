"""The public check: genuine, annulled, replaced, not yet in force, unknown; a number alone never verifies."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.enums import Role
from app.people.enums import NameForm, NameKind
from app.people.rules import PersonalName
from app.people.services import change_names
from certificates.codes import display_control_code
from certificates.models import Certificate, LookUpFailure
from certificates.payload import Payload
from certificates.rules import TRIES
from certificates.services import annul, reissue
from tests.integration.certificates.making import HOUSE, NAMES, NOW, World

HEADINGS = {
    "genuine": {"kk": "Сертификат түпнұсқа", "ru": "Сертификат подлинный", "en": "This certificate is genuine"},
    "annulled": {"kk": "Сертификаттың күші жойылған", "ru": "Сертификат аннулирован", "en": "certificate is annulled"},
    "unknown": {"kk": "Мұндай сертификат жоқ", "ru": "Такого сертификата нет", "en": "No such certificate"},
}


@pytest.fixture
def certificate(world: World) -> Certificate:
    """A genuine certificate."""
    world.enrol(NAMES[0], NAMES[1])
    return world.issued().certificates[1]


def text_of(client: FlaskClient, address: str, lang: str = "en", status: int = 200) -> str:
    client.set_cookie("lang", lang)
    answer = client.get(address)
    assert answer.status_code == status
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.get_data(as_text=True).replace("\u00a0", " ")


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_a_genuine_one_shows_every_printed_field(client: FlaskClient, certificate: Certificate, lang: str) -> None:
    page = text_of(client, f"/verify/{certificate.code}", lang)
    assert HEADINGS["genuine"][lang] in page
    payload = Payload.from_json(certificate.payload)
    assert payload.holder.kk in page
    assert payload.holder.latin.replace("'", "&#39;") in page
    assert certificate.number in page
    assert display_control_code(certificate.control_code) in page
    for words in (payload.programme, *(fact.value for fact in payload.facts), payload.issuers[0].name):
        assert getattr(words, lang).replace("\u00a0", " ") in page
    assert payload.signatories[0].post.en in page or lang != "en"


def test_codes_forgive_case_dashes_and_look_alikes(client: FlaskClient, certificate: Certificate) -> None:
    code = certificate.code.lower().replace("0", "o").replace("1", "l")
    assert "is genuine" in text_of(client, f"/verify/{code[:13]}-{code[13:]}")
    data = {"number": f" {certificate.number.lower()} ".replace("k", "к"), "code": certificate.control_code.lower()}
    client.application.config["WTF_CSRF_ENABLED"] = False
    assert "is genuine" in client.post("/verify/", data=data).get_data(as_text=True)


def test_an_annulled_one_says_when_and_why(client: FlaskClient, certificate: Certificate, world: World) -> None:
    annul(world.session, certificate=certificate, reason="<b>in error</b>", actor=world.actor(Role.APPROVER), now=NOW)
    for lang in ("kk", "ru", "en"):
        assert HEADINGS["annulled"][lang] in text_of(client, f"/verify/{certificate.code}", lang)
    page = text_of(client, f"/verify/{certificate.code}")
    assert "&lt;b&gt;in error&lt;/b&gt;" in page
    assert "annulled on 5 July 2024. Do not accept it." in page
    assert "Compare these lines" not in page


def test_a_replaced_one_names_the_new_number_but_not_its_codes(
    client: FlaskClient, certificate: Certificate, world: World
) -> None:
    change_names(
        world.session, person=certificate.person, names={NameForm.KK: PersonalName("Жаңа", "Тест")},
        kind=NameKind.IDENTITY_CARD, reason="card", actor=world.actor(Role.COORDINATOR), now=NOW,
    )  # fmt: skip
    new = reissue(
        world.session, certificate=certificate, reason="misspelt", issued_on=date(2024, 7, 9), now=NOW, house=HOUSE,
        actor=world.actor(Role.APPROVER),
    )  # fmt: skip
    page = text_of(client, f"/verify/{certificate.code}")
    assert "This certificate was replaced" in page
    assert new.number in page
    assert new.control_code not in page
    assert new.code not in page
    assert "Жаңа Тест" not in page
    assert "is genuine" in text_of(client, f"/verify/{new.code}")


def test_one_from_the_future_is_not_in_force_yet_in_its_own_zone(client: FlaskClient, certificate: Certificate) -> None:
    with time_machine.travel(datetime(2024, 7, 4, 18, 59, tzinfo=UTC), tick=False):
        assert "comes into force on 5 July 2024" in text_of(client, f"/verify/{certificate.code}")
    with time_machine.travel(datetime(2024, 7, 4, 19, 0, tzinfo=UTC), tick=False):
        assert "is genuine" in text_of(client, f"/verify/{certificate.code}")


BAD = ["A" * 26, "Z" * 26, "x", "0" * 26, "U" * 26, "%00", "漢字", "' OR 1=1 --", "A" * 5000, "<script>", "%F0%9F"]


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_unknown_and_malformed_codes_get_the_same_page(client: FlaskClient, lang: str) -> None:
    pages = {re.sub(r'value="[^"]*"|\d\d:\d\d', "", text_of(client, f"/verify/{code}", lang, 404)) for code in BAD}
    assert len(pages) == 1
    assert HEADINGS["unknown"][lang] in pages.pop()


@pytest.mark.parametrize(
    ("number", "code"),
    [("KEL-2024-000002", ""), ("", "AAAAAAAA"), ("KEL-2024-000002", "00000000"), ("KEL-2024-000002",) * 2],
)
def test_a_number_alone_never_verifies(
    app: Flask, client: FlaskClient, certificate: Certificate, number: str, code: str
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    assert certificate.number == "KEL-2024-000002"
    answer = client.post("/verify/", data={"number": number, "code": code})
    assert answer.status_code == (404 if number and code else 422)
    assert NAMES[0][0] not in answer.get_data(as_text=True)


def test_the_control_code_of_another_does_not_verify(
    app: Flask, client: FlaskClient, certificate: Certificate, session: Session
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    other = session.scalars(select(Certificate).where(Certificate.id != certificate.id)).one()
    answer = client.post("/verify/", data={"number": certificate.number, "code": other.control_code})
    assert answer.status_code == 404
    assert f'value="{certificate.number}"' in answer.get_data(as_text=True)


def test_after_many_failures_one_waits(
    app: Flask, client: FlaskClient, certificate: Certificate, session: Session
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client.set_cookie("lang", "en")
    start = datetime(2024, 7, 6, 9, tzinfo=UTC)
    wrong = {"number": certificate.number, "code": "00000000"}
    right = wrong | {"code": certificate.control_code}
    with time_machine.travel(start, tick=False):
        for _ in range(TRIES):
            assert client.post("/verify/", data=wrong).status_code == 404
        refused = client.post("/verify/", data=right)
        assert refused.status_code == 429
        assert refused.headers["Retry-After"] == "900"
        assert "Wait 15 minutes" in refused.get_data(as_text=True)
        elsewhere = client.post("/verify/", data=right, environ_overrides={"REMOTE_ADDR": "192.0.2.7"})
        assert elsewhere.status_code == 200
    keys = set(session.scalars(select(LookUpFailure.key)))
    assert len(keys) == 1
    assert "127.0.0.1" not in str(keys)
    with time_machine.travel(start + timedelta(minutes=16), tick=False):
        assert client.post("/verify/", data=right).status_code == 200
        assert client.post("/verify/", data=wrong).status_code == 404
    assert session.query(LookUpFailure).count() == 1


def test_the_code_of_a_qr_is_answered_however_many_others_failed(
    app: Flask, client: FlaskClient, certificate: Certificate, session: Session
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    for _ in range(TRIES + 1):
        client.post("/verify/", data={"number": certificate.number, "code": "00000000"})
        assert client.get("/verify/XXXX").status_code == 404
    assert client.get(f"/verify/{certificate.code}").status_code == 200
    assert session.query(LookUpFailure).count() == TRIES
