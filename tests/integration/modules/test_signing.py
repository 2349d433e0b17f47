"""The signing sheet of a half-day, from the register's page."""

from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy.orm import Session

from cohorts.enums import EnrolmentStatus
from tests.integration.modules.reading import Visit, read, text_of
from tests.integration.modules.registers import INDEX, PAGE, held, people
from tests.integration.modules.world import World
from tests.support.visiting import Statements

SHEET = f"{PAGE}/signing.pdf"
COMING = f"{INDEX}/2026-11-27/pm"


def text(data: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages).split())


def test_a_half_day_in_a_room_has_one(session: Session, world: World, visit: Visit) -> None:
    held(world, rooms=("305",))
    gone = people(world)[1]
    gone.status = EnrolmentStatus.WITHDRAWN
    session.flush()
    client = visit("coordinator")
    [link] = [one for one in read(client, PAGE).select(".tools a.btn") if str(one["href"]) == SHEET]
    assert link.get_text() == "Signing sheet (PDF)"
    answer = client.get(SHEET)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert 'filename="Signing sheet kel-1 2026-11-24 morning.pdf"' in answer.headers["Content-Disposition"]
    said = text(answer.data)
    for words in ("Басқару 2026 Управление 2026", "2026 жылғы 24 қараша, түске дейін", "24 ноября 2026 года, до обеда"):
        assert words in said
    assert [number for number in (1, 2, 3) if f"Әлия{number}" in said] == [1, 3]


def test_it_is_printed_before_the_day(world: World, visit: Visit) -> None:
    held(world, date(2026, 11, 27), "14:00", "17:00", rooms=("305",))
    page = read(visit("coordinator"), COMING)
    assert "the register opens on the day itself" in page.get_text()
    assert text_of(page, ".tools a.btn") == ["Signing sheet (PDF)"]
    assert "түстен кейін" in text(visit("coordinator").get(f"{COMING}/signing.pdf").data)


def test_nobody_signs_what_is_held_online(world: World, visit: Visit) -> None:
    meeting = held(world)
    client = visit("coordinator")
    assert text_of(read(client, PAGE), ".tools a.btn") == []
    assert text_of(read(client, f"{INDEX}/session/{meeting.id}"), ".tools a.btn") == []


@pytest.mark.parametrize("path", ["2026-11-24/noon", "x/am", "2026-02-30/am", "2027-12-31/am"])
def test_what_is_no_half_day_has_none(world: World, visit: Visit, path: str) -> None:
    held(world, rooms=("305",))
    assert visit("coordinator").get(f"{INDEX}/{path}/signing.pdf").status_code == 404


@pytest.mark.parametrize("name", ["participant", "assistant", "host"])
def test_who_reads_no_register_gets_none(world: World, visit: Visit, name: str) -> None:
    held(world, rooms=("305",))
    assert visit(name).get(SHEET).status_code == 404


def test_the_same_number_of_statements_for_one_and_three(
    session: Session, world: World, visit: Visit, statements: Statements
) -> None:
    held(world, rooms=("305",))
    client, counts = visit("auditor"), []
    for active in (3, 1):
        for row in people(world)[active:]:
            row.status = EnrolmentStatus.WITHDRAWN
        session.flush()
        with statements() as sent:
            assert client.get(SHEET).status_code == 200
        counts.append(len(sent))
    assert counts[0] == counts[1]
