"""Programme files are taken in once, and a changed outline becomes a new version."""

from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.rules import Reach
from app.audit.models import AuditEntry
from app.kernel.errors import DomainError, FileRefusedError, NotFoundError
from app.kernel.partial_date import PartialDate
from app.kernel.tri import Tri
from app.organisations.enums import OrganisationKind
from app.organisations.models import Organisation
from app.organisations.services import ensure_organisation
from cohorts.models import Cohort, Outline, Programme
from cohorts.programme_file import read_programme
from cohorts.queries import cohorts_in_reach, get_cohort, get_programme, organisations_by_code
from cohorts.schema import OutlineSpec
from cohorts.services import ImportedProgramme, create_cohort, import_programme, move_cohort
from cohorts.signals import CohortCreated, cohort_created
from tests.integration.cohorts.world import EVERYWHERE, NOW, PROGRAMMES, World

EULP = (PROGRAMMES / "eulp-2023.yaml").read_text(encoding="utf-8")


def load(session: Session, text: str) -> ImportedProgramme:
    return import_programme(session, document=read_programme(text.encode()), actor=None, now=NOW)


def count(session: Session, table: type[Outline | Organisation | Cohort | AuditEntry]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_the_same_file_again_changes_nothing(world: World) -> None:
    before = [count(world.session, table) for table in (Outline, Organisation, Cohort, AuditEntry)]
    outcome = load(world.session, EULP)
    assert (outcome.changed, outcome.outline_added, outcome.cohorts) == (False, None, ())
    assert [count(world.session, table) for table in (Outline, Organisation, Cohort, AuditEntry)] == before


def test_a_changed_outline_is_a_new_version_and_cohorts_keep_theirs(world: World) -> None:
    outcome = load(
        world.session, EULP.replace("{number: 1, blocks: [{start: 2023-04,", "{number: 1, blocks: [{start: 2023-03,")
    )
    assert outcome.outline_added == 2
    kept = OutlineSpec.model_validate(world.cohort("eulp-1").outline.content)
    assert kept.modules[0].blocks[0].start == "2023-04"
    newer = create_cohort(
        world.session, programme=outcome.programme, code="eulp-2", starts_on=None, actor=None, now=NOW
    )
    assert newer.outline.number == 2


def test_a_changed_title_changes_the_programme_and_not_the_outline(world: World) -> None:
    outcome = load(world.session, EULP.replace("en: Executive University Leadership Program", "en: Another title"))
    assert (outcome.changed, outcome.outline_added, outcome.programme.title.en) == (True, None, "Another title")


def test_what_the_source_does_not_say_is_not_known(world: World) -> None:
    programme = get_programme(world.session, EVERYWHERE, "eulp-2023")
    assert programme.contact_hours is None
    assert programme.legal_kind is None
    assert programme.title.assumed == {"kk", "ru"}
    assert programme.commissioner is not None
    assert programme.commissioner.kind == OrganisationKind.MINISTRY


def test_listed_cohorts_are_created_once(world: World) -> None:
    listed = EULP + "cohorts:\n  - {code: eulp-9, start: 2023-04, end: 2023-12-02, planned_size: 81, status: running}\n"
    assert [cohort.code for cohort in load(world.session, listed).cohorts] == ["eulp-9"]
    assert world.cohort("eulp-9").starts_on == PartialDate(2023, 4)
    assert load(world.session, listed).cohorts == ()


def test_a_cohorts_code_of_another_programme_is_refused(world: World) -> None:
    with pytest.raises(FileRefusedError) as caught:
        load(world.session, EULP + "cohorts: [{code: kel-1}]\n")
    assert "belongs to another programme" in str(caught.value.problems[0])


def test_an_organisation_that_a_roster_named_gets_its_code(session: Session) -> None:
    known = ensure_organisation(session, name=Tri(ru="Назарбаев Университет"), kind=OrganisationKind.OTHER)
    load(session, EULP)
    assert organisations_by_code(session, ["nazarbayev-university"]) == {"nazarbayev-university": known}
    assert known.kind == OrganisationKind.UNIVERSITY


def test_a_code_that_means_another_organisation_here_is_refused(world: World) -> None:
    with pytest.raises(FileRefusedError) as caught:
        load(world.session, EULP.replace("code: kaznu", "code: apa").replace("host: kaznu", "host: apa"))
    assert "is known here with the code apa" in str(caught.value.problems[0])


def test_dates_count_from_the_first_day_and_move_with_it(world: World) -> None:
    cohort = world.cohort("kel-1")
    assert (cohort.starts_on, cohort.ends_on) == (PartialDate(2026, 10, 5), PartialDate(2026, 12, 30))
    move_cohort(world.session, cohort=cohort, days=7)
    assert (cohort.starts_on, cohort.ends_on) == (PartialDate(2026, 10, 12), PartialDate(2027, 1, 6))
    assert world.cohort("kel-2").ends_on is None


def test_higher_packages_hear_of_a_new_cohort(world: World) -> None:
    heard: list[CohortCreated] = []
    programme = get_programme(world.session, EVERYWHERE, "kel-now")
    with cohort_created.connected_to(heard.append):
        made = create_cohort(world.session, programme=programme, code="kel-3", starts_on=None, actor=None, now=NOW)
    assert [event.cohort for event in heard] == [made]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "kel-1"}, "code"),
        ({"code": "Kel 1"}, "code"),
        ({"code": "k" * 61}, "code"),
        ({"time_zone": "Asia/Nowhere"}, "time_zone"),
        ({"starts_on": PartialDate(2026, 2), "ends_on": PartialDate(2026, 1)}, "ends_on"),
    ],
)
def test_a_cohort_that_makes_no_sense_is_refused(world: World, changes: dict[str, object], field: str) -> None:
    facts = {
        "code": "kel-9",
        "starts_on": None,
        "programme": get_programme(world.session, EVERYWHERE, "kel-now"),
        **changes,
    }
    with pytest.raises(DomainError) as caught:
        create_cohort(world.session, **facts, actor=None, now=NOW)  # type: ignore[arg-type]  # the parameters' own keywords
    assert caught.value.field == field


@pytest.mark.parametrize(("name", "seen"), [("coordinator", 3), ("of_programme", 1), ("of_cohort", 1), ("of_owner", 1)])
def test_everybody_sees_their_own_reach(world: World, name: str, seen: int) -> None:
    from cohorts.rules import MANAGE_COHORT  # noqa: PLC0415 - read beside its use

    reach = world.actor(name).reach(MANAGE_COHORT)
    assert len(cohorts_in_reach(world.session, reach)) == seen
    if name != "coordinator":
        with pytest.raises(NotFoundError):
            get_cohort(world.session, reach, "kel-1")
        with pytest.raises(NotFoundError):
            get_programme(world.session, reach, "kel-now")


def test_nobody_sees_anything_without_a_reach(world: World) -> None:
    assert cohorts_in_reach(world.session, Reach()) == []
    assert isinstance(get_programme(world.session, EVERYWHERE, "kel-now"), Programme)


def test_the_demonstrations_files_are_where_the_tests_look() -> None:
    assert Path(PROGRAMMES / "kel-now.yaml").is_file()
