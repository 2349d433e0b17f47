"""Requests that no browser makes (endless digits, NUL, forged cookies) get a page or a refusal, never a failure."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.accounts.enums import Role
from tests.integration.certificates.making import World, sign_in

DIGITS = "9" * 5000  # Python refuses to read a number of so many
TEXTS = ("\x00", "a\x00b", DIGITS, "٣", "²", "-1", "2147483648", "{{7*7}}", "%s%(n)s", "\u202e", "0000-00", "1e400")
WORST = ("\x00", DIGITS, "٣", "2147483648", "-1")  # each of another kind; the others are sent in all names at once
DATES = {"week", "day", "to", "since", "first", "last"}
NAMES = (
    "q",
    "page",
    "status",
    "programme",
    "organisation",
    "year",
    "batch",
    "day",
    "week",
    "v",
    "number",
    "next",
    "for",
)
PLACES = (
    "%00",
    "a%00b",
    DIGITS,
    "2147483648",
    "-1",
    "%D9%A3",
    "%ed%a0%80",
    "%FF",
    "..%2f..%2fetc%2fpasswd",
    "%0d%0aX:1",
)
PAGES = ("/certificates/", "/cohorts/kel-1/people", "/cohorts/kel-1/people/mark", "/cohorts/kel-1/schedule/", "/login")
ADDRESSES = (
    "/programmes/{}/",
    "/cohorts/{}/",
    "/cohorts/kel-1/people/{}",
    "/cohorts/kel-1/certificates/{}",
    "/cohorts/kel-1/certificates/proofs/{}.pdf",
    "/cohorts/kel-1/import/{}",
    "/cohorts/kel-1/schedule/{}/edit",
    "/cohorts/kel-1/attendance/{}/am",
    "/cohorts/kel-1/attendance/2024-03-01/{}",
    "/cohorts/kel-1/attendance/session/{}",
    "/cohorts/kel-1/attendance/people/{}",
    "/cohorts/kel-1/groups/{}",
    "/cohorts/kel-1/groups/{}/name",
    "/cohorts/kel-1/defences/{}",
    "/cohorts/kel-1/defences/{}/plan",
    "/cohorts/kel-1/defences/1/items/{}",
    "/cohorts/kel-1/defences/1/minutes-{}.pdf",
    "/cohorts/kel-1/defences/commissions/{}",
    "/cohorts/kel-1/completion/{}",
    "/cohorts/kel-1/experts/{}/edit",
    "/calendars/{}",
    "/certificates/{}/",
    "/certificates/{}.pdf",
    "/calendar/{}.ics",
    "/verify/{}",
)
WEEKS = (
    "10000-W01",
    "2024-W00",
    "2024-W54",
    "9999-W53",
    "0001-W01",
    "2024-02-30",
    "٢٠٢٤-٠١-٠١",
    "0001-01-01",
    "9999-12-31",
)
# what these pages ask for behind the question mark, each given so that the page has something to work on
QUESTIONS: dict[str, dict[str, str]] = {
    "/cohorts/kel-1/schedule/": {"week": "2024-W10", "day": "2024-03-01"},
    "/cohorts/kel-1/schedule/add": {"day": "2024-03-01"},
    "/cohorts/kel-1/schedule/copy": {"day": "2024-02-29", "to": "2024-03-01"},
    "/cohorts/kel-1/schedule/online": {"module": "1", "since": "2024-03-01", "link": "https://a.example"},
    "/cohorts/kel-1/schedule/pattern": {"first": "2024-01-15", "last": "2024-06-28", "start": "1", "countries": "KZ",
                                        "fit": "stretch", "weeks_1": "4", "seen": "x"},
    "/cohorts/kel-1/attendance": {"view": "people", "by": "worst"},
    "/cohorts/kel-1/attendance/day": {"day": "2024-03-01", "half": "am"},
    "/cohorts/kel-1/groups/proposal": {"by": "random", "count": "2", "seed": "7"},
    "/cohorts/kel-1/completion": {"v": "missing", "page": "1"},
    "/calendars/": {"country": "KZ", "year": "2024"},
    "/cohorts/kel-1/": {"closing": "1"},
}  # fmt: skip


@pytest.fixture
def coordinator(app: Flask, session: Session) -> FlaskClient:
    """Somebody who may open all these pages."""
    app.config["WTF_CSRF_ENABLED"] = False
    world = World(session)
    world.many(2)
    world.issued()
    client = sign_in(app, world.actor(Role.COORDINATOR, name="coordinator"))
    client.set_cookie("lang", "en")
    return client


def test_what_stands_in_an_address_is_found_or_not(coordinator: FlaskClient) -> None:
    for address in ADDRESSES:
        for place in PLACES:
            status = coordinator.get(address.format(place)).status_code
            assert status in {400, 404}, (address, place[:20], status)


def test_what_stands_behind_the_question_mark_never_breaks_a_page(coordinator: FlaskClient) -> None:
    asked = [{name: text} for name in NAMES for text in WORST] + [dict.fromkeys(NAMES, text) for text in TEXTS]
    for page in PAGES:
        for query in asked:
            status = coordinator.get(page, query_string=query).status_code
            assert status in {200, 302, 400, 404}, (page, str(query)[:80], status)


def test_what_the_pages_of_a_cohort_ask_for_never_breaks_them(coordinator: FlaskClient) -> None:
    for page, usual in QUESTIONS.items():
        for name in usual:
            for text in (*TEXTS, *(WEEKS if name in DATES else ())):
                status = coordinator.get(page, query_string={**usual, name: text}).status_code
                assert status in {200, 302, 400, 404, 422}, (page, name, text[:20], status)


def test_a_form_with_nonsense_is_refused(coordinator: FlaskClient) -> None:
    forms = {
        "/login": ("email", "password"),
        "/verify/": ("number", "code"),
        "/cohorts/kel-1/people/mark": ("number", "version", "status", "order_number", "order_date", "reason"),
        "/programmes/kel/cohorts/new": ("code", "starts_on", "ends_on", "planned_size", "time_zone"),
        "/cohorts/kel-1/certificates": ("order_number", "order_date", "issued_on", "office_kk"),
        "/cohorts/kel-1/people/1/name": ("version", "kind", "reason", "kk", "ru", "latin"),
        "/cohorts/kel-1/edit": ("version", "starts_on", "ends_on", "planned_size"),
        "/certificates/download": ("scope", "number", "programme", "as", "year"),
    }
    for page, names in forms.items():
        for text in (*TEXTS, "0001-01-01", "9999-12-31", "x" * 20_000, "\r\nX-Evil: 1"):
            answer = coordinator.post(page, data=dict.fromkeys(names, text))
            assert answer.status_code in {200, 302, 400, 404, 409, 422}, (page, text[:20], answer.status_code)
            assert "X-Evil" not in answer.headers


def test_a_cohort_lies_in_years_that_a_schedule_can_have(coordinator: FlaskClient) -> None:
    days = {"code": "kel-9", "starts_on": "0001-01-01", "ends_on": "9999-12-31", "time_zone": "Asia/Almaty"}
    assert coordinator.post("/programmes/kel/cohorts/new", data=days).status_code == 422


def test_other_methods_are_refused_in_words_and_name_the_right_ones(coordinator: FlaskClient) -> None:
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"):
        answer = coordinator.open("/certificates/", method=method)
        assert answer.status_code == 405
        assert "GET" in answer.headers["Allow"]
        assert b"Traceback" not in answer.data
    assert coordinator.head("/certificates/").data == b""
    assert coordinator.options("/certificates/").status_code == 200


@pytest.mark.parametrize("cookie", ["x", "eyJfdXNlcl9pZCI6IjE6MSJ9.aaaa.bbbb", "9" * 4000, ".", "%00", "1:1"])
def test_a_forged_cookie_signs_nobody_in(client: FlaskClient, cookie: str) -> None:
    client.set_cookie("jetekshi", cookie)
    answer = client.get("/certificates/")
    assert answer.status_code == 302
    assert answer.location.startswith("/login")


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "/\\evil.example", "https://evil.example", "/\tevil", "///evil.example", "javascript:alert(1)",
     "/\u2215/evil.example", "http:///evil.example", "/%0d%0aSet-Cookie:x=1", "\\\\evil.example", "/ /evil.example"],
)  # fmt: skip
def test_no_redirect_leaves_the_site(coordinator: FlaskClient, target: str) -> None:
    answers = (
        coordinator.get("/login", query_string={"next": target}),
        coordinator.post("/preferences", data={"back": target, "lang": "en"}),
    )
    for answer in answers:
        assert answer.status_code == 302
        assert answer.location == "/" or answer.location.startswith("/%0d"), answer.location
        assert "Set-Cookie:x" not in str(answer.headers).replace("/%0d%0aSet-Cookie:x", "")


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Host": "localhost@evil.example"}, {"Host": "a b"}])
def test_a_foreign_host_is_refused(client: FlaskClient, headers: dict[str, str]) -> None:
    answer = client.get("/login", headers=headers)
    assert answer.status_code == 400
    assert "evil" not in answer.get_data(as_text=True)


def test_a_forwarded_host_is_not_believed(client: FlaskClient) -> None:
    answer = client.get(
        "/certificates/", headers={"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    )
    assert "evil" not in f"{answer.headers}{answer.data!r}"


def test_an_unknown_language_in_the_cookie_is_left_aside(coordinator: FlaskClient) -> None:
    coordinator.set_cookie("lang", "xx")
    assert coordinator.get("/certificates/").status_code == 200
