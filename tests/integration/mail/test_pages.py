"""Pages of letters: how things stand, what was sent, sending again, calling back, and whose letters are whose."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts.enums import ScopeKind
from app.audit.models import AuditEntry
from app.jobs.models import Job
from app.kernel import clock
from app.kernel.words import Message
from app.mail import outbox
from app.mail.enums import LetterState
from app.mail.models import Letter
from app.mail.queries.letters import PAGE
from cohorts.models import Enrolment
from tests.integration.cohorts.world import NOW, World, make_world, sign_in
from tests.integration.mail.own import draft, post_welcome, somebody
from tests.support.visiting import Statements

Visit = Callable[..., FlaskClient]
REFUSAL = Message("The server says: %(what)s", what="550 no such mailbox")
INVITATION = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"
CANARY = "Канареев"


@pytest.fixture
def world(app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    app.config["WTF_CSRF_ENABLED"] = False
    return make_world(session)


@pytest.fixture
def visit(app: Flask, world: World) -> Visit:
    """Sign in as an account of the world."""
    return lambda name, **options: sign_in(app, world.users[name], **options)


def write(world: World, *names: str, code: str = "", **changes: object) -> list[int]:
    """Letters to people of these names, of a cohort or of nobody's; their numbers."""
    before = world.session.scalar(select(func.max(Letter.id))) or 0
    drafts = [draft(somebody(number, name=name), **changes) for number, name in enumerate(names, start=1)]
    place = {"scope": ScopeKind.COHORT, "scope_id": world.cohort(code).id} if code else {}
    post_welcome(world.session, *drafts, now=NOW, **place)
    return list(world.session.scalars(select(Letter.id).where(Letter.id > before).order_by(Letter.id)))


def text_of(answer: TestResponse) -> str:
    """The words of a page."""
    assert answer.status_code == 200
    main = BeautifulSoup(answer.get_data(as_text=True), "html5lib").find(id="main")
    assert isinstance(main, Tag)
    return " ".join(main.get_text(" ").split())


def found(world: World, number: int) -> Letter:
    """A letter, read anew."""
    world.session.expire_all()
    letter = world.session.get(Letter, number)
    assert letter is not None
    return letter


def test_without_letters_the_page_says_what_will_stand_there(visit: Visit) -> None:
    text = text_of(visit("admin").get("/mail/"))
    assert text.startswith("Mail ")
    assert "No letter has been written yet" in text


def test_the_answer_comes_first(world: World, visit: Visit) -> None:
    waiting, sent, refused, later = write(world, "Бірінші", "Екінші", "Үшінші", "Төртінші")
    outbox.mark_sent(world.session, sent, now=NOW)
    outbox.mark_refused(world.session, refused, REFUSAL)
    outbox.mark_later(world.session, later, REFUSAL, attempts=1, now=NOW)
    text = text_of(visit("coordinator").get("/mail/"))
    assert text.startswith("2 letters wait to be sent Waiting: 2 · not delivered: 1 · last sent: 16:36")
    assert "The server says: 550 no such mailbox" in text
    assert "again: 16:41" in text
    assert found(world, waiting).state == LetterState.WAITING


def test_trouble_with_the_server_is_said_in_one_sentence(world: World, visit: Visit) -> None:
    (number,) = write(world, "Бірінші")
    outbox.note_away(world.session, number, Message("The server does not answer: %(what)s", what="Connection refused"))
    text = text_of(visit("coordinator").get("/mail/"))
    assert text.startswith("Letters cannot be sent now Waiting: 1")
    assert "The server does not answer: Connection refused" in text
    russian = text_of(visit("coordinator", lang="ru").get("/mail/"))
    assert "Письма сейчас не отправляются: Сервер не отвечает: Connection refused" in russian


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=кудай", {"Құдайберген"}),
        ("q=person2@example", {"Айгүл"}),
        ("q=example.kz", {"Құдайберген", "Айгүл"}),
        ("state=sent", {"Құдайберген"}),
        ("state=nonsense", {"Құдайберген", "Айгүл"}),
        ("q=100%25", set()),
        ("page=99", {"Құдайберген", "Айгүл"}),
        ("page=x", {"Құдайберген", "Айгүл"}),
    ],
)
def test_letters_are_found_by_state_name_and_address(world: World, visit: Visit, query: str, names: set[str]) -> None:
    first, _ = write(world, "Құдайберген", "Айгүл")
    outbox.mark_sent(world.session, first, now=NOW)
    text = text_of(visit("coordinator").get(f"/mail/?{query}"))
    assert {name for name in ("Құдайберген", "Айгүл") if name in text} == names
    assert ("No letter matches" in text) == (not names)


def test_long_lists_have_pages_and_ask_as_much_as_short_ones(
    world: World, visit: Visit, statements: Statements
) -> None:
    write(world, "Бірінші")
    client = visit("coordinator")
    with statements() as few:
        client.get("/mail/")
    write(world, *(f"Адам {number}" for number in range(PAGE + 5)))
    write(world, "Жалғыз")
    with statements() as many:
        text = text_of(client.get("/mail/"))
    assert len(many) == len(few)
    assert "Page 1 of 2" in text
    assert "Жалғыз" in text
    assert "Адам 104" in text_of(client.get("/mail/?page=2"))


def test_many_that_have_left_are_folded_away_and_those_that_have_not_stand_out(world: World, visit: Visit) -> None:
    numbers = write(world, *(f"Адам {number}" for number in range(1, 9)), code="kel-1")
    for number in numbers[1:]:
        outbox.mark_sent(world.session, number, now=NOW)
    client = visit("coordinator")

    def rows(query: str, where: str) -> int:
        page = BeautifulSoup(client.get(f"/cohorts/kel-1/mail/{query}").get_data(as_text=True), "html5lib")
        return len(page.select(f"#results section {where} tbody tr"))

    assert (rows("", "> table"), rows("", "> details table")) == (1, 7)
    assert (rows("?state=sent", "> table"), rows("?state=sent", "> details")) == (7, 0)
    assert rows("?q=адам", "> table") == 8


def test_a_letter_shows_exactly_what_is_sent(world: World, visit: Visit) -> None:
    (number,) = write(world, "Әсел", calendar=INVITATION)
    client = visit("auditor")
    text = text_of(client.get(f"/mail/{number}/"))
    assert "Hello Әсел" in text
    assert "You begin on 9 қараша." in text
    assert "http://localhost/me/" in text
    html = client.get(f"/mail/{number}/letter.html")
    assert html.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in html.headers["Content-Security-Policy"]
    assert html.mimetype == "text/html"
    invitation = client.get(f"/mail/{number}/letter.ics")
    assert invitation.get_data(as_text=True) == INVITATION
    assert invitation.headers["Content-Disposition"] == "attachment; filename=invite.ics"
    assert "Send again" not in text
    assert "Call back" not in text


def test_no_invitation_is_no_page(world: World, visit: Visit) -> None:
    (number,) = write(world, "Әсел")
    assert visit("admin").get(f"/mail/{number}/letter.ics").status_code == 404
    assert visit("admin").get(f"/mail/{number + 1}/").status_code == 404


def test_a_refused_letter_is_sent_again_to_the_address_of_today(world: World, visit: Visit) -> None:
    world.enrol("Әсел Айгүл")
    person = world.session.scalars(select(Enrolment.person_id)).one()
    post_welcome(world.session, draft(somebody(person_id=person, address="no address")), now=NOW)
    number = world.session.scalars(select(Letter.id)).one()
    assert found(world, number).state == LetterState.REFUSED
    answer = visit("coordinator").post(f"/mail/{number}/again", data={"seen": "refused"})
    assert answer.location == f"/mail/{number}/"
    letter = found(world, number)
    assert (letter.state, letter.address, letter.problem) == (LetterState.WAITING, "person2@example.org", None)
    entry = world.session.scalars(select(AuditEntry).where(AuditEntry.act == "mail.sent_again")).one()
    assert (entry.subject_id, entry.actor_id) == (number, world.users["coordinator"].id)
    assert "person2@example.org" not in str(entry.detail)
    assert world.session.scalar(select(func.count()).where(Job.kind == "mail.deliver")) == 2


def test_without_an_address_nothing_is_sent_again(world: World, visit: Visit) -> None:
    post_welcome(world.session, draft(somebody(address="no address")), now=NOW)
    number = world.session.scalars(select(Letter.id)).one()
    answer = visit("coordinator").post(f"/mail/{number}/again", data={"seen": "refused"})
    assert answer.status_code == 422
    assert "Nothing was sent: this is not an e-mail address." in answer.get_data(as_text=True)
    assert found(world, number).state == LetterState.REFUSED


@pytest.mark.parametrize("state", [LetterState.SENT, LetterState.REFUSED, LetterState.CANCELLED])
def test_nothing_is_sent_again_to_an_account_that_was_closed(world: World, visit: Visit, state: LetterState) -> None:
    user = world.users["participant"]
    post_welcome(world.session, draft(somebody(user_id=user.id, address=user.email)), now=NOW)
    number = world.session.scalars(select(Letter.id)).one()
    found(world, number).state = state
    client = visit("coordinator")
    assert "/again" in client.get(f"/mail/{number}/").get_data(as_text=True)
    user.active = False
    page = client.get(f"/mail/{number}/")
    assert "/again" not in page.get_data(as_text=True)
    assert "This letter cannot be sent again: the recipient's account is closed" in text_of(page)
    assert "cannot be sent again" not in text_of(visit("auditor").get(f"/mail/{number}/"))
    answer = client.post(f"/mail/{number}/again", data={"seen": state.value})
    assert answer.status_code == 422
    said = BeautifulSoup(answer.data, "html5lib").get_text()
    assert "Nothing was sent: the recipient's account is closed, and no other address is known." in said
    assert found(world, number).state == state
    assert world.session.scalar(select(func.count(Letter.id))) == 1


def test_who_has_another_address_gets_letters_there_when_the_account_is_closed(world: World, visit: Visit) -> None:
    world.enrol("Әсел Айгүл")
    person, user = world.session.scalars(select(Enrolment.person_id)).one(), world.users["participant"]
    user.person_id, user.active = person, False
    post_welcome(world.session, draft(somebody(person_id=person, user_id=user.id, address=user.email)), now=NOW)
    number = world.session.scalars(select(Letter.id)).one()
    outbox.mark_sent(world.session, number, now=NOW)
    assert visit("coordinator").post(f"/mail/{number}/again", data={"seen": "sent"}).status_code == 302
    assert found(world, number + 1).address == "person2@example.org"


def test_a_sent_letter_stays_and_a_new_one_is_written_once(world: World, visit: Visit) -> None:
    (number,) = write(world, "Әсел", code="kel-1", calendar=INVITATION)
    outbox.mark_sent(world.session, number, now=NOW)
    client = visit("coordinator")
    answer = client.post(f"/cohorts/kel-1/mail/{number}/again", data={"seen": "sent"})
    assert answer.location == f"/cohorts/kel-1/mail/{number + 1}/"
    assert "The letter goes to person1@example.kz once more: what becomes of it stands below." in text_of(
        client.get(answer.location)
    )
    first, second = found(world, number), found(world, number + 1)
    assert (first.state, second.state) == (LetterState.SENT, LetterState.WAITING)
    assert first.message_id != second.message_id
    assert (second.calendar, second.mailing_id) == (INVITATION, first.mailing_id)
    # Somebody else saw the same page and presses the same button.
    twice = visit("admin").post(f"/mail/{number}/again", data={"seen": "sent"})
    assert twice.status_code == 409
    # The new one has left by now; a page that was open all the while must not send a third.
    outbox.mark_sent(world.session, number + 1, now=NOW)
    assert client.post(f"/cohorts/kel-1/mail/{number}/again", data={"seen": "sent"}).status_code == 409
    old, new = (client.get(f"/cohorts/kel-1/mail/{key}/").get_data(as_text=True) for key in (number, number + 1))
    assert f'href="/cohorts/kel-1/mail/{number + 1}/">It was sent again: the later letter' in old
    assert ("/again" in old, "/again" in new) == (False, True)
    assert "Nothing was changed: this letter is not as you saw it any more." in twice.get_data(as_text=True)
    assert world.session.scalar(select(func.count(Letter.id))) == 2


def test_a_waiting_letter_is_called_back_once(world: World, visit: Visit) -> None:
    (number,) = write(world, "Әсел")
    client = visit("coordinator")
    assert client.post(f"/mail/{number}/back").location == f"/mail/{number}/"
    assert "The letter was called back and will not be sent." in text_of(client.get(f"/mail/{number}/"))
    assert found(world, number).state == LetterState.CANCELLED
    late = client.post(f"/mail/{number}/back", headers={"Referer": f"http://localhost/mail/{number}/"})
    assert late.status_code == 409
    assert f'<a href="/mail/{number}/">Open the page again</a>' in late.get_data(as_text=True)
    assert client.post(f"/mail/{number}/again", data={"seen": "waiting"}).status_code == 409
    assert client.post(f"/mail/{number}/again", data={"seen": "cancelled"}).status_code == 302
    assert found(world, number).state == LetterState.WAITING


@pytest.mark.parametrize("name", ["of_programme", "of_cohort", "of_owner"])
def test_the_letters_of_others_do_not_exist(world: World, visit: Visit, name: str) -> None:
    (ours,) = write(world, "Біздің", code="eulp-1")
    (theirs,) = write(world, CANARY, code="kel-1", values={"who": CANARY}, calendar=CANARY)
    (everybody,) = write(world, CANARY, values={"who": CANARY})
    client = visit(name)
    pages = ["/mail/", "/cohorts/kel-1/mail/"]
    for number in (theirs, everybody):
        for place in ("/mail", "/cohorts/eulp-1/mail", "/cohorts/kel-1/mail"):
            address = f"{place}/{number}"
            pages += [f"{address}/", f"{address}/letter.html", f"{address}/letter.ics"]
            for button in ("again", "back"):
                assert client.post(f"{address}/{button}", data={"seen": "waiting"}).status_code == 404
    for path in pages:
        answer = client.get(path)
        assert (answer.status_code, path) == (404, path)
        assert CANARY not in answer.get_data(as_text=True)
    listed = client.get("/cohorts/eulp-1/mail/").get_data(as_text=True)
    assert "Біздің" in listed
    assert "1 letter waits" in listed
    assert CANARY not in listed
    assert "Канареев</a>" not in client.get(f"/cohorts/eulp-1/mail/?q={CANARY.lower()}").get_data(as_text=True)
    assert 'href="/mail/"' not in listed
    assert client.get(f"/cohorts/eulp-1/mail/{ours}/").status_code == 200
    assert found(world, theirs).state == LetterState.WAITING


@pytest.mark.parametrize("name", ["auditor", "participant"])
def test_who_only_reads_changes_nothing(world: World, visit: Visit, name: str) -> None:
    (number,) = write(world, "Әсел", code="kel-1")
    for place in ("/mail", "/cohorts/kel-1/mail"):
        for button in ("again", "back"):
            assert visit(name).post(f"{place}/{number}/{button}").status_code == 404
    assert found(world, number).state == LetterState.WAITING


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_hostile_words_stay_words(world: World, visit: Visit, lang: str) -> None:
    evil = '<script>alert(1)</script>" onload="x'
    (number,) = write(world, evil, values={"who": evil})
    client = visit("coordinator", lang=lang)
    for path in ("/mail/", f"/mail/{number}/"):
        page = client.get(path).get_data(as_text=True)
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_who_wrote_is_named(world: World, visit: Visit) -> None:
    post_welcome(world.session, actor=world.actor("of_cohort"), now=NOW)
    assert "Of_Cohort" in text_of(visit("admin").get("/mail/"))
