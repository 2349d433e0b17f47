from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohorts.enums import Mode
from modules.enums import DayKind
from modules.rules.calendars import Calendar, Day, library_days
from modules.rules.planning import Done, Fit, LaidBlock, Part, Place, Plan, PlanRules, Step, lay_plan
from modules.rules.times import monday_of

HOME = Place("Asia/Almaty", "KZ")
ABROAD = Place("Asia/Dubai", "AE")
YEAR = (date(2025, 9, 1), date(2026, 8, 31))
# Where the source's demonstration lets the modules of the master's year begin (its own assumption, without holidays).
SOURCE = ("2025-09-01", "2025-10-20", "2025-12-08", "2026-02-02", "2026-03-23", "2026-05-11")


def library(country: str, *years: int) -> Calendar:
    return Calendar(country, 1, {day.day: day for year in years for day in library_days(country, year)})


KZ = library("KZ", 2025, 2026)


def module(position: int, *, least: int = 4, most: int = 5, place: Place = HOME, offline: int = 2) -> Part:
    return Part(position, (Step(Mode.OFFLINE, offline, offline, place), Step(Mode.DISTANCE, least, most, HOME)))


def component(position: int, weeks: int, mode: Mode = Mode.PRACTICUM) -> Part:
    return Part(position, (Step(mode, weeks, weeks, HOME),))


def year(*parts: Part, fit: Fit = Fit.STRETCH, calendars: dict[str, Calendar] | None = None) -> Plan:
    return lay_plan(parts, PlanRules(*YEAR, fit=fit, calendars={"KZ": KZ} if calendars is None else calendars))


MASTERS = [module(n) for n in range(1, 7)]


def starts(plan: Plan) -> list[str]:
    return [block.first.isoformat() for block in plan.blocks if block.mode == Mode.OFFLINE]


def done(block: LaidBlock) -> set[Done]:
    return {remark.done for remark in block.remarks}


class TestTheMastersYear:
    def test_it_comes_out_as_the_source_but_for_holidays(self) -> None:
        plan = year(*MASTERS)
        assert starts(plan) == ["2025-09-02", "2025-10-20", "2025-12-08", "2026-02-02", "2026-03-30", "2026-05-18"]
        ours = [date.fromisoformat(day) for day in starts(plan)]
        days_later = [(day - date.fromisoformat(theirs)).days for day, theirs in zip(ours, SOURCE, strict=True)]
        # 1 September 2025 is Constitution Day, moved from Saturday: one day. 23-25 March 2026 is Nauryz: the weeks in
        # person move on by one, and what follows with them. The eighth week of module 3 is that of New Year, as there.
        assert days_later == [1, 0, 0, 0, 7, 7]
        assert not plan.beyond
        assert plan.weeks_left == 8
        assert {block.weeks for block in plan.blocks} == {2, 5}

    def test_every_block_says_what_was_done(self) -> None:
        blocks = {(block.position, block.mode): block for block in year(*MASTERS).blocks}
        assert done(blocks[1, Mode.OFFLINE]) == {Done.BEGINS}
        assert done(blocks[1, Mode.DISTANCE]) == {Done.STRETCHED}
        assert done(blocks[2, Mode.OFFLINE]) == {Done.SKIPPED}
        assert done(blocks[3, Mode.DISTANCE]) == {Done.LONGER, Done.SKIPPED, Done.STRETCHED}
        assert done(blocks[4, Mode.OFFLINE]) == set()
        moved = next(remark for remark in blocks[5, Mode.OFFLINE].remarks if remark.done is Done.MOVED)
        assert (moved.weeks, [day.day.day for day in moved.days]) == (1, [23, 24, 25])
        assert done(blocks[6, Mode.OFFLINE]) == {Done.SKIPPED, Done.ESTIMATED}

    def test_components_follow_the_modules_and_the_year_still_fits(self) -> None:
        plan = year(*MASTERS, component(7, 4), component(8, 4, Mode.INTERNSHIP), component(9, 2, Mode.DEFENCE))
        assert [block.position for block in plan.blocks[-3:]] == [7, 8, 9]
        assert not plan.beyond
        distance = [block.weeks for block in plan.blocks if block.mode == Mode.DISTANCE]
        assert set(distance) == {4, 5}

    def test_what_cannot_fit_is_laid_with_the_fewest_weeks_and_said(self) -> None:
        plan = year(*MASTERS, component(7, 30))
        assert {block.weeks for block in plan.blocks if block.mode == Mode.DISTANCE} == {4}
        assert plan.beyond > 0

    def test_the_fifth_week_may_stay_free(self) -> None:
        stretched, free = year(*MASTERS), year(*MASTERS, fit=Fit.LATER)
        assert starts(stretched) == starts(free)
        distance = [block for block in free.blocks if block.mode == Mode.DISTANCE]
        assert {block.weeks for block in distance} == {4}
        assert [Done.FREE in done(block) for block in distance] == [True] * 5 + [False]

    def test_without_a_calendar_the_pattern_is_laid_as_it_stands(self) -> None:
        plan = year(*MASTERS, calendars={})
        assert all(done(block) <= {Done.STRETCHED} for block in plan.blocks)
        assert starts(plan)[1] == "2025-10-20"
        assert plan.unknown_years == ()

    def test_a_year_that_the_calendar_does_not_know_is_said(self) -> None:
        plan = year(*MASTERS, calendars={"KZ": library("KZ", 2025)})
        assert plan.unknown_years == (("KZ", 2026),)


class TestPlaces:
    def test_abroad_the_hosts_holidays_count_and_those_at_home_are_named(self) -> None:
        parts = [module(1, place=ABROAD)]
        rules = PlanRules(date(2025, 12, 1), date(2026, 8, 31), calendars={"KZ": KZ, "AE": library("AE", 2025, 2026)})
        block = lay_plan(parts, rules).blocks[0]
        # The National Day of the Emirates takes 1 and 2 December: that week is lost, so people travel the week after.
        assert (block.first, block.last) == (date(2025, 12, 8), date(2025, 12, 19))
        kept = next(remark for remark in block.remarks if remark.done is Done.KEPT)
        assert [day.day for day in kept.days] == [date(2025, 12, 16)]

    def test_a_week_of_holidays_never_interrupts_weeks_in_person(self) -> None:
        rules = PlanRules(date(2026, 3, 16), date(2026, 8, 31), calendars={"KZ": KZ})
        block = lay_plan([module(1)], rules).blocks[0]
        assert block.first == date(2026, 3, 30)

    def test_distance_learning_fills_the_gap(self) -> None:
        parts = [module(1, least=1, most=5, offline=1), module(2)]
        plan = lay_plan(parts, PlanRules(date(2026, 3, 2), date(2026, 5, 8), calendars={"KZ": KZ}))
        before, after = plan.blocks[1], plan.blocks[2]
        assert after.first == date(2026, 3, 30)
        assert before.weeks >= 2
        assert before.last == date(2026, 3, 20)

    def test_what_stays_is_waited_for(self) -> None:
        plan = lay_plan([Part(1, until=date(2026, 1, 21)), module(2)], PlanRules(*YEAR, calendars={}))
        assert plan.blocks[0].first == date(2026, 1, 26)

    def test_nothing_to_lay(self) -> None:
        plan = year(Part(1))
        assert (plan.blocks, plan.ends_on, plan.beyond, plan.weeks_left) == ((), None, 0, 0)

    @pytest.mark.parametrize("day", [date(2025, 9, 6), date(2025, 9, 7)])
    def test_a_first_day_on_a_weekend_begins_on_monday(self, day: date) -> None:
        plan = lay_plan([module(1)], PlanRules(day, YEAR[1], calendars={}))
        assert plan.blocks[0].first == date(2025, 9, 8)


HOLIDAYS = st.lists(
    st.builds(Day, st.dates(date(2025, 9, 1), date(2026, 9, 30)), st.just(DayKind.HOLIDAY)),
    max_size=40,
    unique_by=lambda day: day.day,
)


@given(
    first=st.dates(date(2025, 9, 1), date(2025, 12, 31)),
    days=HOLIDAYS,
    shapes=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=6),
    fit=st.sampled_from(Fit),
    reverse=st.booleans(),
)
def test_whatever_the_holidays(
    first: date, days: list[Day], shapes: list[tuple[int, int, int]], fit: Fit, *, reverse: bool
) -> None:
    held = Calendar("KZ", 1, {day.day: day for day in days})
    parts = []
    for position, (offline, least, more) in enumerate(shapes, start=1):
        steps = [Step(Mode.OFFLINE, offline, offline, HOME), Step(Mode.DISTANCE, least, least + more, HOME)]
        wanted = [step for step in (reversed(steps) if reverse else steps) if step.weeks]
        parts.append(Part(position, tuple(wanted)))
    plan = lay_plan(parts, PlanRules(first, date(2026, 8, 31), fit, {"KZ": held}))
    assert [block.position for block in plan.blocks] == [part.position for part in parts for _step in part.steps]
    before = first - timedelta(days=1)
    for block in plan.blocks:
        assert before < block.first <= block.last
        assert held.works(block.first)
        assert held.works(block.last)
        assert block.step.weeks <= block.weeks <= block.step.most
        weeks = (monday_of(block.last) - monday_of(block.first)).days // 7 + 1
        lost = sum(held.is_lost(monday_of(block.first) + timedelta(weeks=n)) for n in range(weeks))
        assert weeks - lost <= block.weeks <= weeks + lost
        if block.mode == Mode.OFFLINE:
            assert weeks == block.weeks
            assert lost == 0
        before = block.last
    if plan.beyond:
        assert all(block.weeks == block.step.weeks for block in plan.blocks) or fit is Fit.STRETCH
