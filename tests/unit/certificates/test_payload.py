"""The frozen payload: one canonical text, strict to read, alike for texts that look alike."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.payload import Fact, Holder, Issuer, Payload, PayloadError, Signatory, Words
from tests.unit.certificates.examples import ACADEMY, EXTREMES, ORDINARY, payloads


@given(payloads)
def test_what_is_written_is_read(payload: Payload) -> None:
    text = payload.to_json()
    again = Payload.from_json(text)
    assert again == payload
    assert again.to_json() == text
    assert again.sha256() == payload.sha256()


@pytest.mark.parametrize("payload", EXTREMES.values(), ids=EXTREMES)
def test_extremes_are_written_and_read(payload: Payload) -> None:
    assert Payload.from_json(payload.to_json()) == payload


def test_the_canonical_form_never_changes() -> None:
    assert ORDINARY.sha256() == "96ad3589c491bcad82ee76e9f59ea4172b850463bff9e426ca432322f1f0cd5d"


def test_the_text_is_canonical() -> None:
    text = ORDINARY.to_json()
    data = json.loads(text)
    assert list(data) == sorted(data)
    assert text == json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert "Үлгібеков" in text
    assert data["holder"] == {"kk": ORDINARY.holder.kk, "ru": ORDINARY.holder.ru, "latin": ORDINARY.holder.latin}


@given(payloads, st.data())
def test_another_byte_is_another_payload(payload: Payload, data: st.DataObject) -> None:
    text = payload.to_json()
    place = data.draw(st.integers(0, len(text) - 1))
    changed = text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]
    try:
        other = Payload.from_json(changed)
    except PayloadError:
        return
    assert other.sha256() != payload.sha256()


def changed(**changes: object) -> str:
    data = json.loads(ORDINARY.to_json()) | changes
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def without(key: str) -> str:
    data = json.loads(ORDINARY.to_json())
    del data[key]
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


WORDS = {"kk": "а", "ru": "б", "en": "c"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        "[" * 100_000,
        '{"number":1e999}',
        changed(extra=1),
        without("facts"),
        changed(schema=2),
        changed(schema="1"),
        changed(schema=True),
        changed(template="completion-2"),
        changed(number=33),
        changed(number=" "),
        changed(number="N" * 49),
        changed(code="O" * 26),
        changed(code=ORDINARY.code.lower()),
        changed(code=None),
        changed(control_code="7KQ2-M9XD"),
        changed(verify_base="https://certs.example.kz/verify"),
        changed(verify_base="javascript:alert(1)/"),
        changed(verify_base="https://a b/"),
        changed(verify_base="https://certs.example.kz/verify/\n"),
        changed(holder=WORDS),
        changed(holder={"kk": "", "ru": "", "latin": ""}),
        changed(holder={"kk": None, "ru": "", "latin": "A"}),
        changed(holder={"kk": "a\u0000b", "ru": "", "latin": ""}),
        changed(holder={"kk": "a\nb", "ru": "", "latin": ""}),
        changed(holder={"kk": "a" * 601, "ru": "", "latin": ""}),
        changed(programme={"kk": "", "ru": "", "en": ""}),
        changed(programme="title"),
        changed(issuers=[]),
        changed(issuers=[{"name": WORDS, "mark": "ABCDE"}]),
        changed(issuers=[{"name": WORDS, "mark": 1}]),
        changed(issuers=[{"name": WORDS, "mark": "A"}] * 4),
        changed(issuers={"name": WORDS, "mark": "A"}),
        changed(signatories=[{"name": WORDS, "post": WORDS}] * 4),
        changed(signatories=[{"name": WORDS}]),
        changed(facts=[{"key": "colour", "value": WORDS}]),
        changed(facts=[{"key": ["place"], "value": WORDS}]),
        changed(facts=[{"key": "place", "value": {"kk": "", "ru": "", "en": ""}}]),
        changed(facts=[{"key": "place", "value": WORDS}] * 2),
        changed(presenter=""),
        changed(specimen=1),
        changed(sealed="no"),
        ORDINARY.to_json() + " ",
        ORDINARY.to_json().replace('"sealed":false', '"sealed":true,"sealed":false'),
        ORDINARY.to_json().replace("Ү", "\\u04ae"),
    ],
)
def test_what_is_not_a_payload_is_refused(text: str) -> None:
    with pytest.raises(PayloadError):
        Payload.from_json(text)


def test_a_message_names_the_field() -> None:
    with pytest.raises(PayloadError, match="number"):
        replace(ORDINARY, number="")
    with pytest.raises(PayloadError, match=r"Words\.en.*U\+0007"):
        Words("a", "b", "c\a")


def test_a_lone_surrogate_is_refused_before_it_is_written() -> None:
    with pytest.raises(PayloadError, match="control"):
        Holder("a\ud800")


def test_texts_that_look_alike_are_equal() -> None:
    assert Words("й") == Words("и\u0306")
    assert replace(ORDINARY, holder=Holder("Әй")).sha256() == replace(ORDINARY, holder=Holder("Әи\u0306")).sha256()


def test_forms_are_given_once_and_in_order() -> None:
    assert Words("а", "а", "b").forms() == ["а", "b"]
    assert Words("", "б", "").forms() == ["б"]
    assert Words("а", "б", "а").inline() == "а  ·  б"
    assert Words("", "б", "c").columns() == ("б", "б", "c")


def test_parties_say_something() -> None:
    with pytest.raises(PayloadError):
        Issuer(Words())
    with pytest.raises(PayloadError):
        Signatory(Words(), Words())
    with pytest.raises(PayloadError):
        Fact("place", Words())


def test_the_address_is_base_and_code() -> None:
    assert ORDINARY.url == f"https://certs.example.kz/verify/{ORDINARY.code}"


def test_every_printed_text_is_listed_for_checking() -> None:
    texts = dict.fromkeys(text for _, text in ORDINARY.texts())
    for form in (*ORDINARY.holder.forms(), *ACADEMY.name.forms(), ACADEMY.mark, ORDINARY.number, "120 academic hours"):
        assert form in texts
