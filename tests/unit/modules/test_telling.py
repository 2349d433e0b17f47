"""Who is told of a publication: exactly those for whom something is different."""

from datetime import UTC, datetime, timedelta

from app.kernel.tri import Tri
from modules.enums import SessionStatus
from modules.rules.agenda import Change, Entry
from modules.rules.audience import group_word, person_word
from modules.rules.facts import Facts, Part
from modules.rules.publishing import Draft, Pending, Published, pending
from modules.rules.telling import own_changes, will_change

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
GROUPS = {1: 10, 2: 10, 3: 20, 4: None}  # enrolments and their groups


def facts(hours: int = 24, **changes: object) -> Facts:
    given: dict[str, object] = {
        "title": Tri(en="Ethics"),
        "starts_at": NOW + hours * HOUR,
        "ends_at": NOW + (hours + 1) * HOUR,
        "time_zone": "Asia/Almaty",
        **changes,
    }
    return Facts(**given)  # type: ignore[arg-type]  # the tests' own keywords


def changed(before: Facts | None, after: Facts) -> dict[int, list[Change]]:
    """What a publication that changes one session means for each."""
    drafts = [Draft(7, 1, 1, after)]
    found = pending(drafts, {7: Published(1, before)} if before else {})
    return will_change(found, GROUPS, cohort_id=1, version=3, now=NOW)


def test_a_session_of_everybody_concerns_everybody() -> None:
    assert set(changed(None, facts())) == {1, 2, 3, 4}
    assert set(changed(facts(), facts(rooms=("1",)))) == {1, 2, 3, 4}


def test_a_session_of_a_group_concerns_the_group() -> None:
    mine = (group_word(10),)
    assert set(changed(None, facts(audience=mine))) == {1, 2}
    assert set(changed(facts(audience=mine), facts(25, audience=mine))) == {1, 2}
    assert set(changed(facts(audience=(person_word(4),)), facts(25, audience=(person_word(4),)))) == {4}


def test_who_loses_a_session_and_who_gets_it_are_told_different_things() -> None:
    found = changed(facts(audience=(group_word(10),)), facts(audience=(group_word(20),)))
    assert set(found) == {1, 2, 3}
    assert [(change.entry.mine, change.before is None) for key in (1, 3) for change in found[key]] == [
        (False, False),
        (True, True),
    ]


def test_what_those_who_lose_it_read_is_what_they_knew() -> None:
    found = changed(facts(audience=(group_word(10),)), facts(audience=(group_word(20),), rooms=("secret",)))
    assert found[1][0].entry.rooms == []


def test_a_session_that_was_cancelled_already_does_not_fall_away_again() -> None:
    off = facts(audience=(group_word(10),), status=SessionStatus.CANCELLED)
    assert set(changed(off, facts(audience=(group_word(20),)))) == {3}


def test_a_new_session_that_is_cancelled_is_nothing_to_tell() -> None:
    assert changed(None, facts(status=SessionStatus.CANCELLED)) == {}


def test_a_cancellation_is_told() -> None:
    found = changed(facts(), facts(status=SessionStatus.CANCELLED))
    assert {change.parts for change in found[1]} == {(Part.STATUS,)}


def test_what_is_over_both_ways_is_left_out() -> None:
    assert changed(facts(-5), facts(-5, rooms=("1",))) == {}
    assert set(changed(facts(-5), facts(5))) == {1, 2, 3, 4}
    assert set(changed(facts(5), facts(-5))) == {1, 2, 3, 4}


def test_a_move_to_another_module_is_no_difference_to_anybody() -> None:
    found = pending([Draft(7, 1, 2, facts())], {7: Published(1, facts())})
    assert [type(change) for change in found] == [Pending]
    assert will_change(found, GROUPS, cohort_id=1, version=3, now=NOW) == {}


def test_those_who_see_the_same_share_it() -> None:
    found = changed(None, facts(audience=(group_word(10),)))
    assert found[1] is found[2]


def test_after_the_publication_it_is_the_same() -> None:
    before, after = facts(audience=(group_word(10),)), facts(25)
    read = Entry(7, 7, "", 1, 1, 3, 1, NOW, seen=2, **after.values())
    told = own_changes([read], {7: before}, GROUPS, now=NOW)
    assert {key: [(one.before, one.parts) for one in rows] for key, rows in told.items()} == {
        key: [(one.before, one.parts) for one in rows] for key, rows in changed(before, after).items()
    }
