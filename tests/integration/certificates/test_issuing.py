"""Proposing, issuing, annulling and reissuing: numbers without gaps, all or nothing, never by one person alone."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from app.accounts.enums import Role, ScopeKind
from app.audit.models import AuditEntry
from app.kernel.errors import ConflictError, DomainError, NotFoundError
from app.people.enums import NameForm, NameKind
from app.people.rules import PersonalName
from app.people.services import change_names
from certificates import codes
from certificates.enums import BatchStatus, CertificateStatus
from certificates.models import Batch, Certificate, LogEntry, Series
from certificates.payload import Payload
from certificates.services import annul, issuing, reissue, send_back
from certificates.services.proofs import proof_of_batch
from cohorts.enums import EnrolmentStatus
from cohorts.services import change_status
from tests.integration.certificates.making import HOUSE, NAMES, NOW, World


def count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_cohort_is_proposed_by_one_and_issued_by_another(world: World) -> None:
    world.enrol(*NAMES)
    issue = world.issued()
    numbers = [certificate.number for certificate in issue.certificates]
    assert numbers == [f"KEL-2024-{n:06}" for n in range(1, 6)]
    names = [Payload.from_json(certificate.payload).holder.forms()[0] for certificate in issue.certificates]
    assert names == ["Әрекетов Қанат Үлгіұлы", "Қиялбаева Айгерім Тестқызы", "О’Сынақ Д'Арт’ұлы", "Ұлытест",
                     "Үлгібеков Ғалым Сынақұлы"]  # fmt: skip
    assert issue.batch.status == BatchStatus.ISSUED
    assert len({certificate.code for certificate in issue.certificates}) == 5
    assert list(world.session.scalars(select(LogEntry.sequence).order_by(LogEntry.id))) == [1, 2, 3, 4, 5]
    acts = world.session.scalars(select(AuditEntry.act).where(AuditEntry.act.startswith("certificates."))).all()
    assert sorted(acts) == ["certificates.issued", "certificates.proposed"]


def test_the_payload_prints_what_is_known_in_three_languages(world: World) -> None:
    world.enrol(NAMES[0])
    certificate = world.issued().certificates[0]
    payload = Payload.from_json(certificate.payload)
    assert payload.sha256() == certificate.payload_sha256
    assert (payload.number, payload.code, payload.control_code) == (
        certificate.number,
        certificate.code,
        certificate.control_code,
    )
    assert codes.control_code(HOUSE.control_key, payload.number, payload.code) == payload.control_code
    assert {fact.key: fact.value.ru.replace("\u00a0", " ") for fact in payload.facts} == {
        "period": "15 января – 28 июня 2024 года",
        "place": "Астана",
        "hours": "121 академический час",
        "order": "приказ № 45 от 1 июля 2024 года",
        "issued": "5 июля 2024 года",
    }
    assert payload.specimen
    assert payload.url == f"http://localhost/verify/{certificate.code}"
    assert payload.presenter is not None
    assert payload.presenter.en == "Chair of the Agency"


def test_what_is_not_known_has_no_row(world: World) -> None:
    programme = world.make_programme("bare", "BARE", contact_hours=None, distance_hours=None, content={})
    cohort = world.make_cohort(programme, "bare-1")
    cohort.starts_on = None
    world.enrol(NAMES[2], cohort=cohort)
    coordinator, approver = world.actor(Role.COORDINATOR), world.actor(Role.APPROVER)
    issue = world.approved(world.proposed(coordinator, cohort=cohort, handed_over_by=None), approver)
    payload = Payload.from_json(issue.certificates[0].payload)
    assert [fact.key for fact in payload.facts] == ["order", "issued"]
    assert payload.presenter is None


def test_approving_again_says_so_and_changes_nothing(world: World) -> None:
    world.many(3)
    first = world.issued()
    again = world.approved(first.batch, world.actor(Role.APPROVER, name="second"))
    assert (first.already, again.already) == (False, True)
    assert [one.number for one in again.certificates] == [one.number for one in first.certificates]
    assert (count(world.session, Certificate), count(world.session, LogEntry)) == (3, 3)


def test_a_later_order_goes_on_without_a_gap_and_reaches_only_those_without_one(world: World) -> None:
    world.many(2)
    world.issued()
    world.enrol(("Кейінов Тест", "", ""))
    batch = world.proposed(world.actor(Role.COORDINATOR, name="later"))
    issue = world.approved(batch, world.actor(Role.APPROVER, name="latest"))
    assert [one.number for one in issue.certificates] == ["KEL-2024-000003"]


def test_each_year_and_programme_has_its_own_series(world: World) -> None:
    world.many(1)
    world.issued()
    other = world.make_cohort(world.make_programme("um", "UM"), "um-1")
    world.many(1, cohort=other)
    world.issued(cohort=other)
    later = world.make_cohort(world.programme, "kel-9")
    world.many(1, cohort=later)
    batch = world.proposed(world.actor(Role.COORDINATOR), cohort=later, issued_on=date(2025, 1, 9))
    world.approved(batch, world.actor(Role.APPROVER))
    numbers = set(world.session.scalars(select(Certificate.number)))
    assert numbers == {"KEL-2024-000001", "UM-2024-000001", "KEL-2025-000001"}


@pytest.mark.parametrize("place", ["append", "_decide", "record"])
def test_a_fault_in_the_middle_leaves_nothing_at_all(world: World, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    world.many(5)
    batch = world.proposed(world.actor(Role.COORDINATOR))
    approver = world.actor(Role.APPROVER)
    world.session.commit()

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(place)

    with monkeypatch.context() as patch:
        patch.setattr(issuing, place, broken)
        with pytest.raises(RuntimeError):
            world.approved(batch, approver)
    world.session.rollback()
    assert [count(world.session, model) for model in (Certificate, LogEntry, Series)] == [0, 0, 0]
    assert world.approved(batch, approver).certificates[0].number == "KEL-2024-000001"


def test_a_fault_of_the_source_of_chance_leaves_nothing(world: World) -> None:
    world.many(3)
    batch = world.proposed(world.actor(Role.COORDINATOR))
    approver = world.actor(Role.APPROVER)
    world.session.commit()
    drawn = iter([bytes(16), bytes([1] * 16)])
    with pytest.raises(StopIteration):
        world.approved(batch, approver, entropy=lambda _: next(drawn))
    world.session.rollback()
    assert count(world.session, Certificate) == 0


def test_nobody_approves_what_they_proposed_and_no_recipient_approves(world: World) -> None:
    enrolment = world.enrol(NAMES[0])[0]
    both = world.actor(Role.COORDINATOR, name="both")
    recipient = world.actor(Role.APPROVER, name="recipient", person_id=enrolment.person_id)
    batch = world.proposed(both)
    with pytest.raises(DomainError, match="one of the recipients"):
        world.approved(batch, recipient)
    with pytest.raises(NotFoundError):
        world.approved(batch, both)
    with pytest.raises(NotFoundError):
        world.approved(batch, world.actor(Role.ADMINISTRATOR))
    assert count(world.session, Certificate) == 0


def test_whoever_is_a_recipient_does_not_propose(world: World) -> None:
    enrolment = world.enrol(NAMES[0])[0]
    with pytest.raises(DomainError, match="one of the recipients"):
        world.proposed(world.actor(Role.COORDINATOR, person_id=enrolment.person_id))


def test_only_within_the_grant(world: World) -> None:
    world.many(1)
    other = world.make_programme("um", "UM")
    with pytest.raises(NotFoundError):
        world.proposed(world.actor(Role.COORDINATOR, scope=ScopeKind.PROGRAMME, scope_id=other.id, name="other"))
    batch = world.proposed(world.actor(Role.COORDINATOR, scope=ScopeKind.COHORT, scope_id=world.cohort.id))
    with pytest.raises(NotFoundError):
        world.approved(batch, world.actor(Role.APPROVER, scope=ScopeKind.PROGRAMME, scope_id=other.id))
    with pytest.raises(NotFoundError):
        send_back(
            world.session, batch=batch, note="x", now=NOW,
            actor=world.actor(Role.APPROVER, scope=ScopeKind.COHORT, scope_id=-1, name="nowhere"),
        )  # fmt: skip


def test_one_open_proposal_and_another_after_it_was_sent_back(world: World) -> None:
    world.many(2)
    coordinator, approver = world.actor(Role.COORDINATOR), world.actor(Role.APPROVER)
    batch = world.proposed(coordinator)
    with pytest.raises(DomainError, match="wait for approval already"):
        world.proposed(coordinator)
    with pytest.raises(DomainError, match="say in the note"):
        send_back(world.session, batch=batch, note=" \u200b ", actor=approver, now=NOW)
    send_back(world.session, batch=batch, note="The order has another date.", actor=approver, now=NOW)
    with pytest.raises(ConflictError, match="sent back"):
        world.approved(batch, approver)
    assert world.approved(world.proposed(coordinator), approver).certificates[0].number == "KEL-2024-000001"
    assert count(world.session, Batch) == 2


def test_only_completed_people_are_proposed_and_hostile_names_are_printed_as_they_are(world: World) -> None:
    hostile = ("<b onload=x> {{7*7}}", "=cmd|' /C calc'!A0 Тест", "%(name)s {0} Сынақ")
    world.enrol(*((name, "", "") for name in hostile))
    world.enrol(("Оқып Жүр", "", ""), status=EnrolmentStatus.ENROLLED)
    world.enrol(("漢字 Тест", "", ""))
    names = {Payload.from_json(one.payload).holder.kk for one in world.issued().certificates}
    assert names == set(hostile)


def test_a_list_that_changed_since_it_was_looked_at_is_not_issued(world: World) -> None:
    world.many(2)
    batch = world.proposed(world.actor(Role.COORDINATOR))
    with pytest.raises(ConflictError, match="a name on the list changed"):
        world.approved(batch, world.actor(Role.APPROVER), seen="0" * 16)


def test_somebody_who_is_not_ready_any_more_stops_the_issue_by_name(world: World) -> None:
    rows = world.many(2)
    batch = world.proposed(world.actor(Role.COORDINATOR))
    rows[1].status = EnrolmentStatus.NOT_COMPLETED
    with pytest.raises(DomainError, match="Сынақов002 Тест is not ready any more"):
        world.approved(batch, world.actor(Role.APPROVER))


def test_another_programme_cannot_use_the_same_start_of_numbers(world: World) -> None:
    world.many(1)
    world.issued()
    cohort = world.make_cohort(world.make_programme("thief", "KEL"), "thief-1")
    world.many(1, cohort=cohort)
    with pytest.raises(DomainError, match="Another programme already uses"):
        world.proposed(world.actor(Role.COORDINATOR), cohort=cohort)


def test_a_proof_is_a_specimen_that_verifies_nothing(world: World) -> None:
    world.enrol(*NAMES)
    batch = world.proposed(world.actor(Role.COORDINATOR))
    payload = proof_of_batch(world.session, batch, house=HOUSE)
    assert payload.specimen
    assert (payload.number, payload.code) == ("KEL-2024-000000", "0" * 26)
    assert payload.holder.kk == "Қиялбаева Айгерім Тестқызы"


def rename(world: World, certificate: Certificate, surname: str) -> None:
    change_names(
        world.session,
        person=certificate.person,
        names={NameForm.KK: PersonalName(surname, "Тест")},
        kind=NameKind.IDENTITY_CARD,
        reason="identity card",
        actor=world.actor(Role.COORDINATOR, name=f"renames-{surname}"),
        now=NOW,
    )


def test_a_misspelt_certificate_is_replaced_by_one_with_the_next_number(world: World) -> None:
    world.many(3)
    old = world.issued().certificates[1]
    approver = world.actor(Role.APPROVER)
    later = {"actor": approver, "now": NOW + timedelta(days=9), "house": HOUSE, "issued_on": date(2024, 7, 14)}
    with pytest.raises(DomainError, match="printed just as it is today"):
        reissue(world.session, certificate=old, reason="misspelt", **later)  # type: ignore[arg-type]  # given by name
    rename(world, old, "Түзетілгенов")
    with pytest.raises(DomainError, match="before the first one"):
        reissue(world.session, certificate=old, reason="x", **(later | {"issued_on": date(2024, 7, 4)}))  # type: ignore[arg-type]  # given by name
    new = reissue(world.session, certificate=old, reason="misspelt", **later)  # type: ignore[arg-type]  # given by name
    before, after = Payload.from_json(old.payload), Payload.from_json(new.payload)
    assert (old.status, old.replaced_by, old.status_reason) == (CertificateStatus.REPLACED, new, "misspelt")
    assert (new.number, new.status, new.batch_id) == ("KEL-2024-000004", CertificateStatus.VALID, old.batch_id)
    assert (before.holder.kk, after.holder.kk) == ("Сынақов002 Тест", "Түзетілгенов Тест")
    facts = {fact.key: fact.value.en for fact in after.facts}
    assert facts["issued"] == "14\u00a0July 2024"
    assert {fact.key: fact.value for fact in before.facts if fact.key != "issued"} == {
        fact.key: fact.value for fact in after.facts if fact.key != "issued"
    }
    with pytest.raises(ConflictError):
        reissue(world.session, certificate=old, reason="again", **later)  # type: ignore[arg-type]  # given by name


def test_annulling_needs_a_reason_an_approver_and_a_valid_certificate_of_another(world: World) -> None:
    enrolment = world.enrol(NAMES[0])[0]
    certificate = world.issued().certificates[0]
    approver = world.actor(Role.APPROVER)
    own = world.actor(Role.APPROVER, name="own", person_id=enrolment.person_id)
    for actor, reason, error in (
        (world.actor(Role.COORDINATOR), "x", NotFoundError),
        (own, "x", DomainError),
        (approver, "  ", DomainError),
    ):
        with pytest.raises(error):
            annul(world.session, certificate=certificate, reason=reason, actor=actor, now=NOW)
    annul(world.session, certificate=certificate, reason="issued in error", actor=approver, now=NOW)
    assert (certificate.status, certificate.status_reason) == (CertificateStatus.ANNULLED, "issued in error")
    with pytest.raises(ConflictError):
        annul(world.session, certificate=certificate, reason="again", actor=approver, now=NOW)


def test_a_completion_is_not_taken_away_from_under_a_valid_certificate(world: World) -> None:
    [row] = world.many(1)
    [certificate] = world.issued().certificates

    def take_away() -> None:
        change_status(
            world.session,
            cohort=world.cohort,
            numbers=[row.number],
            status=EnrolmentStatus.NOT_COMPLETED,
            order_number="7",
            order_date=date(2024, 7, 5),
            reason="an appeal",
            actor=None,
            now=NOW,
        )

    with pytest.raises(DomainError, match="KEL-2024-000001 is valid"):
        take_away()
    annul(world.session, certificate=certificate, reason="x", actor=world.actor(Role.APPROVER, name="a"), now=NOW)
    take_away()
    assert row.status == EnrolmentStatus.NOT_COMPLETED


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE certificate_log SET reason = 'x'",
        "DELETE FROM certificate_log",
        "UPDATE certificate SET payload = '{}'",
        "UPDATE certificate SET number = 'X'",
        "DELETE FROM certificate",
        "UPDATE audit_entry SET act = 'x'",
        "DELETE FROM audit_entry",
    ],
)
def test_the_database_refuses_to_change_what_was_issued(world: World, statement: str) -> None:
    world.many(1)
    world.issued()
    world.session.flush()
    with pytest.raises(DatabaseError), world.session.begin_nested():
        world.session.execute(text(statement))
