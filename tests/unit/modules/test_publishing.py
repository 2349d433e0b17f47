from dataclasses import replace
from typing import Any

from modules.enums import SessionStatus
from modules.rules.audience import Members
from modules.rules.facts import Facts, Part
from modules.rules.publishing import Draft, DraftState, Pending, Published, Told, pending, review_mark, state_of, told
from tests.unit.modules.examples import facts

CANCELLED = facts(status=SessionStatus.CANCELLED)


def draft(number: int = 1, **changes: Any) -> Draft:  # noqa: ANN401 - any field
    return replace(Draft(number, 1, 7, facts()), **changes)


def test_states() -> None:
    shown = Published(7, facts())
    assert state_of(draft(), None) is DraftState.NEW
    assert state_of(draft(), shown) is DraftState.PUBLISHED
    assert state_of(draft(facts=facts(rooms=("2",))), shown) is DraftState.CHANGED
    assert state_of(draft(module_id=8), shown) is DraftState.CHANGED
    assert state_of(draft(facts=CANCELLED), shown) is DraftState.CANCELLED
    assert state_of(draft(facts=CANCELLED), Published(7, CANCELLED)) is DraftState.GONE
    assert state_of(draft(), Published(7, CANCELLED)) is DraftState.CHANGED


def test_only_differences_are_pending() -> None:
    drafts = [draft(1), draft(2, facts=facts(rooms=("2",))), draft(3), draft(4, module_id=9)]
    found = pending(drafts, {1: Published(7, facts()), 2: Published(7, facts()), 4: Published(7, facts())})
    assert [(change.draft.id, change.state, change.parts) for change in found] == [
        (2, DraftState.CHANGED, (Part.PLACE,)),
        (3, DraftState.NEW, ()),
        (4, DraftState.CHANGED, (Part.OTHER,)),
    ]


def test_the_mark_names_what_was_looked_at() -> None:
    changes = pending([draft(1), draft(2)], {})
    mark = review_mark(3, changes)
    assert mark.startswith("3-")
    assert mark == review_mark(3, pending([draft(1), draft(2)], {}))
    assert mark != review_mark(4, changes)
    assert mark != review_mark(3, changes[:1])
    assert mark != review_mark(3, pending([draft(1), draft(2, version=2)], {}))


MEMBERS = Members(groups={1: 10, 2: 10, 3: 20}, labels={10: "1", 20: "2"})


def change(before: Facts | None, after: Facts) -> Pending:
    return Pending(draft(facts=after), before, DraftState.CHANGED, ())


def test_a_change_is_told_to_whom_it_concerns() -> None:
    one, two = facts(audience=("group:10",)), facts(audience=("group:20",))
    assert told(change(None, one), MEMBERS) == Told(frozenset({1, 2}), frozenset())
    assert told(change(facts(), one), MEMBERS) == Told(frozenset({1, 2}), frozenset({3}))
    assert told(change(one, two), MEMBERS) == Told(frozenset({3}), frozenset({1, 2}))
    assert told(change(one, facts()), MEMBERS) == Told(frozenset({1, 2, 3}), frozenset())


def test_what_was_cancelled_does_not_fall_away_once_more() -> None:
    assert told(change(CANCELLED, facts(audience=("group:20",))), MEMBERS) == Told(frozenset({3}), frozenset())
