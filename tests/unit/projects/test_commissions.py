from typing import ClassVar

import pytest

from app.kernel.errors import DomainError
from projects.enums import Duty, Presence
from projects.rules.commissions import Interest, Judge, Judged, check_members, interests, quorum_of

CHAIR, MEMBER, SECRETARY = Duty.CHAIR, Duty.MEMBER, Duty.SECRETARY


class TestMembers:
    @pytest.mark.parametrize(
        ("members", "quorum"),
        [
            ([(1, CHAIR)], None),
            ([(1, CHAIR), (2, MEMBER), (3, SECRETARY)], 2),
            ([(1, CHAIR), *((key, MEMBER) for key in range(2, 10))], 9),
        ],
    )
    def test_a_commission_has_one_chair(self, members: list[tuple[int, Duty]], quorum: int | None) -> None:
        check_members(members, quorum)

    @pytest.mark.parametrize(
        ("members", "quorum", "field", "says"),
        [
            ([], None, "members", "exactly one chair"),
            ([(1, MEMBER)], None, "members", "exactly one chair"),
            ([(1, CHAIR), (2, CHAIR)], None, "members", "exactly one chair"),
            ([(1, CHAIR), (2, SECRETARY), (3, SECRETARY)], None, "members", "one secretary"),
            ([(1, CHAIR), (1, MEMBER)], None, "members", "twice"),
            ([(1, CHAIR), (2, SECRETARY)], 2, "quorum", "between 1 and 1"),
            ([(1, CHAIR)], 0, "quorum", "between 1 and 1"),
            ([(1, CHAIR), *((key, MEMBER) for key in range(2, 60))], None, "members", "at most 40"),
        ],
    )
    def test_what_cannot_be_is_refused(
        self, members: list[tuple[int, Duty]], quorum: int | None, field: str, says: str
    ) -> None:
        with pytest.raises(DomainError, match=says) as refused:
            check_members(members, quorum)
        assert refused.value.field == field


class TestQuorum:
    DUTIES: ClassVar = {1: CHAIR, 2: MEMBER, 3: MEMBER, 4: MEMBER, 5: SECRETARY}

    def test_more_than_half_of_those_who_vote(self) -> None:
        found = quorum_of(self.DUTIES, {1: Presence.ROOM, 2: Presence.ONLINE, 5: Presence.ROOM}, None)
        assert (found.present, found.voters, found.needed, found.kept) == (2, 4, 3, False)

    def test_the_number_that_was_laid_down(self) -> None:
        presence = {1: Presence.ROOM, 2: Presence.ONLINE, 3: Presence.ABSENT}
        assert quorum_of(self.DUTIES, presence, 2).kept

    def test_who_is_not_recorded_is_not_counted(self) -> None:
        assert quorum_of(self.DUTIES, {}, 1).present == 0


def test_whoever_judges_their_own_is_named_once() -> None:
    judges = [Judge(1, frozenset({"altai"})), Judge(2, frozenset()), Judge(3, frozenset({"burabay"}))]
    groups = [Judged(10, frozenset({1}), frozenset({"altai"})), Judged(11, frozenset(), frozenset({"burabay"}))]
    assert interests(judges, groups) == [Interest(1, 10, mentor=True), Interest(3, 11, mentor=False)]
