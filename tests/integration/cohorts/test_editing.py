"""Changing the days and the planned size of a cohort, alone and with somebody else at the same desk."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.audit.models import AuditEntry
from app.kernel.errors import ConflictError, DomainError
from app.kernel.partial_date import PartialDate
from app.kernel.words import Message
from cohorts.models import Cohort
from cohorts.services import change_cohort, close_cohort
from cohorts.signals import DatesChanging, dates_changing
from tests.integration.cohorts.world import NOW, World
from tests.support.pages import post

Visit = Callable[..., FlaskClient]
PATH = "/cohorts/kel-1/edit"
FIRST, LAST, LATER = PartialDate(2026, 10, 5), PartialDate(2026, 12, 30), PartialDate(2027, 1)
SAVED = {"starts_on": "2026-10-05", "ends_on": "2026-12-30", "planned_size": "30"}


def change(
    world: World,
    *,
    code: str = "kel-1",
    starts_on: PartialDate | None = FIRST,
    ends_on: PartialDate | None = LAST,
    planned_size: int | None = 30,
    version: int = 2,
) -> bool:
    return change_cohort(
        world.session,
        cohort=world.cohort(code),
        starts_on=starts_on,
        ends_on=ends_on,
        planned_size=planned_size,
        version=version,
        actor=world.actor("coordinator"),
        now=NOW,
    )


def entries(world: World) -> list[AuditEntry]:
    return list(world.session.scalars(select(AuditEntry).where(AuditEntry.act == "cohorts.changed")))


def facts(cohort: Cohort) -> tuple[str, str, int | None, int]:
    return str(cohort.starts_on or ""), str(cohort.ends_on or ""), cohort.planned_size, cohort.version


def words(answer: TestResponse) -> str:
    return " ".join(BeautifulSoup(answer.data, "html5lib").get_text(" ").split())


def fields(answer: TestResponse) -> dict[str, str]:
    page = BeautifulSoup(answer.data, "html5lib")
    return {str(field["name"]): str(field.get("value", "")) for field in page.select("main form input")}


def test_what_changed_is_saved_and_stands_in_the_audit(world: World) -> None:
    assert change(world, ends_on=LATER, planned_size=None)
    assert facts(world.cohort()) == ("2026-10-05", "2027-01", None, 3)
    entry = entries(world)[0]
    assert entry.detail == {
        "before": {"ends_on": "2026-12-30", "planned_size": "30"},
        "after": {"ends_on": "2027-01", "planned_size": ""},
    }
    assert (entry.actor_id, entry.subject_id) == (world.users["coordinator"].id, world.cohort().id)


@pytest.mark.parametrize("version", [1, 2])
def test_what_is_saved_already_is_not_written_again(world: World, version: int) -> None:
    assert not change(world, version=version)
    assert facts(world.cohort())[3] == 2
    assert entries(world) == []


def test_the_second_of_two_sees_what_the_first_saved(world: World) -> None:
    change(world, planned_size=31)
    with pytest.raises(ConflictError) as caught:
        change(world, ends_on=LATER)
    told = caught.value
    assert [(row.saved, row.typed) for row in told.differences] == [
        ("2026-10-05", "2026-10-05"),
        ("2026-12-30", "2027-01"),
        ("31", "30"),
    ]
    assert (told.version, told.who, told.when) == (3, "Coordinator", NOW)
    assert facts(world.cohort()) == ("2026-10-05", "2026-12-30", 31, 3)


def test_a_closed_cohort_keeps_its_dates(world: World) -> None:
    close_cohort(world.session, cohort=world.cohort(), actor=None, now=NOW)
    with pytest.raises(DomainError, match="the cohort is closed"):
        change(world, ends_on=LATER, version=3)
    assert facts(world.cohort()) == ("2026-10-05", "2026-12-30", 30, 3)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "field"),
    [
        (LATER, LAST, "ends_on"),
        (PartialDate(1989, 12, 31), LAST, "starts_on"),
        (FIRST, PartialDate(2101, 1), "ends_on"),
    ],
)
def test_days_that_make_no_sense_are_refused(
    world: World, starts_on: PartialDate, ends_on: PartialDate, field: str
) -> None:
    with pytest.raises(DomainError) as caught:
        change(world, starts_on=starts_on, ends_on=ends_on)
    assert caught.value.field == field
    assert entries(world) == []


def test_a_higher_package_may_need_the_days_as_they_are(world: World) -> None:
    def refuse(_changing: DatesChanging) -> None:
        raise DomainError(Message("They are needed."))

    with dates_changing.connected_to(refuse):
        assert change(world, planned_size=31), "the planned size is nobody's but ours"
        with pytest.raises(DomainError, match="They are needed"):
            change(world, planned_size=31, ends_on=LATER, version=3)
    assert facts(world.cohort())[1] == "2026-12-30"


def test_a_cohort_without_dates_gets_them_by_page(world: World, visit: Visit) -> None:
    client = visit("coordinator")
    assert "/cohorts/kel-2/edit" in client.get("/cohorts/kel-2/").get_data(as_text=True)
    shown = fields(client.get("/cohorts/kel-2/edit"))
    assert {name: shown[name] for name in SAVED} == {"starts_on": "", "ends_on": "", "planned_size": "30"}
    done = client.post("/cohorts/kel-2/edit", data={**shown, "starts_on": "2027-02", "ends_on": " 2027-05-28 "})
    assert done.location == "/cohorts/kel-2/"
    assert "The cohort was changed." in words(client.get(done.location))
    assert facts(world.cohort("kel-2")) == ("2027-02", "2027-05-28", 30, 2)


def test_the_page_shows_what_is_saved_and_the_same_again_writes_nothing(world: World, visit: Visit) -> None:
    client = visit("coordinator")
    shown = fields(client.get(PATH))
    assert {**shown, "csrf_token": ""} == {**SAVED, "version": "2", "csrf_token": ""}
    done = client.post(PATH, data=shown)
    assert "Nothing was changed." in words(client.get(done.location))
    assert facts(world.cohort())[3] == 2


def test_two_coordinators_at_once_meet_a_page_of_conflict_and_can_save_theirs(world: World, visit: Visit) -> None:
    client = visit("coordinator")
    first = {**fields(client.get(PATH)), "ends_on": "2027-01-15"}
    second = {**first, "ends_on": "2027-02"}
    assert client.post(PATH, data=first).status_code == 302
    answer = client.post(PATH, data=second)
    assert answer.status_code == 409
    assert "Saved by Coordinator" in words(answer)
    assert "Last day or month Different 2027-01-15 2027-02" in words(answer)
    assert client.post(PATH, data=fields(answer)).status_code == 302
    assert facts(world.cohort()) == ("2026-10-05", "2027-02", 30, 4)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"ends_on": "2026-09"}, "Nothing was saved: the cohort would end before it starts."),
        ({"starts_on": "5.10.2026"}, "Enter a day such as 2026-11-24"),
        ({"ends_on": "2026-02-30"}, "Enter a day such as 2026-11-24"),
        ({"planned_size": "0"}, "Enter a number from 1 to 100,000."),
        ({"version": ""}, "This field is required."),
        ({"version": "x"}, "Not a valid integer value."),
    ],
)
def test_what_is_wrong_is_said_on_the_page(world: World, visit: Visit, typed: dict[str, str], sentence: str) -> None:
    answer = post(visit("coordinator"), PATH, {**SAVED, "version": "2", **typed})
    assert (answer.status_code, sentence in words(answer)) == (422, True)
    shown = fields(answer)
    assert all(shown[name] == value for name, value in typed.items() if name != "version"), "what was typed stays"
    assert facts(world.cohort()) == ("2026-10-05", "2026-12-30", 30, 2)


def test_a_closed_cohort_says_so_and_has_no_link(world: World, visit: Visit) -> None:
    client = visit("coordinator")
    form = fields(client.get(PATH))
    close_cohort(world.session, cohort=world.cohort(), actor=None, now=NOW)
    assert "Its dates stay as they are. Open the cohort again first." in words(client.get(PATH))
    late = client.post(PATH, data={**form, "ends_on": "2027-01"})
    assert (late.status_code, "the cohort is closed. Open it again first." in words(late)) == (422, True)
    assert PATH not in client.get("/cohorts/kel-1/").get_data(as_text=True)
    assert facts(world.cohort())[1] == "2026-12-30"


@pytest.mark.parametrize("name", ["admin", "auditor", "participant", "of_cohort", "of_programme", "of_owner"])
def test_only_who_manages_the_cohort_changes_it(world: World, visit: Visit, name: str) -> None:
    client = visit(name)
    assert client.get(PATH).status_code == 404
    sent = post(client, PATH, {**SAVED, "version": "2", "ends_on": "2027-01"})
    assert sent.status_code == 404
    assert PATH not in client.get("/cohorts/kel-1/").get_data(as_text=True)
    assert facts(world.cohort())[1] == "2026-12-30"
