"""What holds for every answer: hosts, headers, languages, errors, health."""

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from app.web.hooks import CSP
from tests.support.pages import post


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost@evil.example", "127.0.0.2"])
def test_another_host_is_refused(client: FlaskClient, host: str) -> None:
    assert client.get("/login", headers={"Host": host}).status_code == 400


def test_every_answer_carries_the_headers(client: FlaskClient) -> None:
    for path in ("/login", "/nowhere", "/healthz", "/verify/"):
        headers = client.get(path).headers
        assert headers["Content-Security-Policy"] == CSP
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


def test_the_session_cookie_is_out_of_reach_of_scripts(client: FlaskClient) -> None:
    cookies = client.get("/login").headers.getlist("Set-Cookie")
    assert cookies
    assert all("HttpOnly" in cookie and "SameSite=Lax" in cookie for cookie in cookies)


@pytest.mark.parametrize(
    ("accepted", "lang"), [("ru-RU,ru;q=0.9", "ru"), ("en-GB", "en"), ("kk-KZ", "kk"), ("fr-FR", "kk"), ("", "kk")]
)
def test_the_first_page_speaks_the_browsers_language(client: FlaskClient, accepted: str, lang: str) -> None:
    page = BeautifulSoup(client.get("/login", headers={"Accept-Language": accepted}).data, "html5lib")
    assert page.html is not None
    assert page.html["lang"] == lang


def test_a_chosen_language_and_theme_stay(client: FlaskClient) -> None:
    assert post(client, "/preferences", {"lang": "ru", "back": "/login"}).location == "/login"
    assert post(client, "/preferences", {"theme": "dark", "back": "/login"}).location == "/login"
    text = client.get("/login").get_data(as_text=True)
    assert '<html lang="ru" data-theme="dark">' in text


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil", ""])
def test_preferences_lead_nowhere_else(client: FlaskClient, back: str) -> None:
    assert post(client, "/preferences", {"lang": "en", "back": back}).location == "/"


def test_an_unknown_language_is_not_taken(client: FlaskClient) -> None:
    answer = post(client, "/preferences", {"lang": "xx", "theme": "<b>"})
    assert "Set-Cookie" not in answer.headers or "xx" not in answer.headers["Set-Cookie"]


def test_a_form_without_its_token_changes_nothing(client: FlaskClient) -> None:
    answer = client.post("/preferences", data={"lang": "ru"})
    assert answer.status_code == 400
    assert "lang=ru" not in str(answer.headers)


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_a_missing_page_says_so_in_each_language(client: FlaskClient, lang: str) -> None:
    answer = client.get("/nowhere", headers={"Accept-Language": lang})
    assert answer.status_code == 404
    assert {"kk": "Мұндай бет жоқ", "ru": "Такой страницы нет", "en": "There is no such page"}[lang] in answer.text


def test_a_wrong_method_is_a_page_too(client: FlaskClient) -> None:
    assert client.post("/healthz").status_code in {400, 405}


def test_an_upload_beyond_the_limit_is_one_sentence(client: FlaskClient, app: Flask) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 1000
    answer = client.post("/login", data={"email": "x" * 5000}, headers={"Accept-Language": "en"})
    assert answer.status_code == 413
    assert "The file is too large" in answer.text


def test_a_form_of_a_million_fields_is_not_read(client: FlaskClient) -> None:
    answer = client.post("/login", data=b"a&" * 600_000, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 413


def test_texts_are_compressed_for_whoever_wants_it(client: FlaskClient) -> None:
    packed = client.get("/login", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in client.get("/login").headers
    assert "Accept-Encoding" in packed.headers["Vary"]


def test_static_files_are_kept_for_a_year_only_under_their_hash(client: FlaskClient) -> None:
    page = BeautifulSoup(client.get("/login").data, "html5lib")
    link = page.select_one("link[rel=stylesheet]")
    assert link is not None
    address = str(link["href"])
    assert "immutable" in client.get(address).headers["Cache-Control"]
    assert "immutable" not in client.get(address.partition("?")[0]).headers["Cache-Control"]


@pytest.mark.parametrize(("lang", "said"), [("kk", "254 таңба"), ("ru", "254 знаков"), ("en", "254 characters")])
def test_what_the_form_library_says_is_translated(client: FlaskClient, lang: str, said: str) -> None:
    sent = {"email": "x" * 300, "password": "x"}
    answer = post(client, "/login", sent, headers={"Accept-Language": lang})
    assert answer.status_code == 422
    assert said in answer.text
