from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.errors import DomainError
from projects.rules.grouping import LARGEST_SEED, Arrangement, Member, Team, at_random, by_organisation, state_mark


def members(count: int) -> list[Member]:
    return [Member(number, number % 4 or None) for number in range(1, count + 1)]


class TestAtRandom:
    def test_the_same_seed_gives_the_same_groups_for_good(self) -> None:
        # Written out: other groups for an old seed would be other groups than the audit says.
        found = at_random(members(10), count=3, seed=20261124)
        assert [team.numbers for team in found.teams] == [(2, 4, 5, 6), (1, 3, 8), (7, 9, 10)]

    def test_another_seed_gives_others(self) -> None:
        assert at_random(members(33), count=5, seed=1) != at_random(members(33), count=5, seed=2)

    @given(st.integers(1, 120), st.integers(1, 30), st.integers(0, LARGEST_SEED))
    def test_everybody_is_in_one_group_and_sizes_differ_by_one_at_most(
        self, people: int, count: int, seed: int
    ) -> None:
        count = min(count, people)
        teams = at_random(members(people), count=count, seed=seed).teams
        assert sorted(number for team in teams for number in team.numbers) == list(range(1, people + 1))
        sizes = sorted(len(team.numbers) for team in teams)
        assert sizes[-1] - sizes[0] <= 1
        assert all(before <= after for before, after in pairwise(sizes))

    def test_the_order_of_the_roster_changes_nothing(self) -> None:
        assert at_random(reversed(members(20)), count=4, seed=9) == at_random(members(20), count=4, seed=9)

    @pytest.mark.parametrize(("count", "seed", "field"), [(0, 1, "count"), (11, 1, "count"), (2, -1, "seed")])
    def test_what_cannot_be_is_refused(self, count: int, seed: int, field: str) -> None:
        with pytest.raises(DomainError) as refused:
            at_random(members(10), count=count, seed=seed)
        assert refused.value.field == field


def test_one_team_for_each_organisation_in_the_order_given() -> None:
    found = by_organisation(members(9), order=[3, 1, 2, 99])
    assert found == Arrangement((Team((3, 7), 3), Team((1, 5, 9), 1), Team((2, 6), 2)), alone=(4, 8))


def test_the_mark_says_who_stood_where() -> None:
    assert state_mark({1: 7, 2: None}) == state_mark({2: None, 1: 7})
    assert state_mark({1: 7, 2: None}) != state_mark({1: None, 2: 7})
