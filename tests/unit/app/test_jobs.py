"""When a job is tried again, and which moments of a trigger become jobs."""

from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.triggers.cron import CronTrigger

from app.jobs.enums import JobState, Missed, Standing
from app.jobs.kinds import JobKind, Registry, Trigger
from app.jobs.rules import LONGEST_WAIT, MOST_FIRES, fires, may_call_off, standing, wait_before
from app.kernel.words import Message

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
HOURLY = CronTrigger(minute=30, timezone=UTC)
MINUTELY = CronTrigger(second=0, timezone=UTC)


def moment(hour: int, minute: int, *, day: int = 2) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempt", "seconds"), [(1, 5), (2, 20), (3, 80), (4, 320), (5, 1280), (6, 1800), (500, 1800)]
)
def test_the_wait_grows_up_to_half_an_hour(attempt: int, seconds: int) -> None:
    assert wait_before(attempt, chance=lambda: 0.5) == timedelta(seconds=seconds)


def test_jobs_that_failed_together_come_back_apart() -> None:
    assert wait_before(9, chance=lambda: 0.0) == LONGEST_WAIT * 0.75
    assert LONGEST_WAIT * 1.2 < wait_before(9, chance=lambda: 0.999) < LONGEST_WAIT * 1.25


@pytest.mark.parametrize("missed", list(Missed))
def test_a_moment_that_was_looked_at_in_time_fires_whatever_the_policy(missed: Missed) -> None:
    found = fires(HOURLY, missed, after=moment(11, 29), until=moment(11, 30))
    assert found == ([moment(11, 30)], moment(11, 30))


@pytest.mark.parametrize(
    ("missed", "expected"),
    [
        (Missed.ALL, [moment(9, 30), moment(10, 30), moment(11, 30)]),
        (Missed.LATEST, [moment(11, 30)]),
        (Missed.NONE, []),
    ],
)
def test_missed_moments_follow_the_policy(missed: Missed, expected: list[datetime]) -> None:
    assert fires(HOURLY, missed, after=moment(9, 0), until=NOON) == (expected, NOON)


def test_a_moment_is_found_once() -> None:
    assert fires(HOURLY, Missed.ALL, after=moment(11, 30), until=NOON) == ([], NOON)


def test_a_clock_that_was_turned_back_finds_nothing_and_goes_on_from_there() -> None:
    assert fires(HOURLY, Missed.ALL, after=moment(15, 0), until=moment(11, 30)) == ([], moment(11, 30))


def test_many_missed_moments_are_made_up_for_in_portions_and_none_is_lost() -> None:
    found: list[datetime] = []
    after, portions = NOON - timedelta(minutes=2500), 0
    while after < NOON:
        due, after = fires(MINUTELY, Missed.ALL, after=after, until=NOON)
        assert len(due) <= MOST_FIRES
        found, portions = found + due, portions + 1
    assert portions == 3
    assert found == [NOON - timedelta(minutes=back) for back in range(2499, -1, -1)]


@pytest.mark.parametrize(("missed", "expected"), [(Missed.LATEST, [NOON]), (Missed.NONE, [NOON])])
def test_a_long_absence_holds_nothing_up(missed: Missed, expected: list[datetime]) -> None:
    assert fires(MINUTELY, missed, after=NOON - timedelta(days=3), until=NOON) == (expected, NOON)


class _Counted:
    """A trigger that counts how often it is asked."""

    def __init__(self, times: CronTrigger) -> None:
        self.times, self.asked = times, 0

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime | None:
        self.asked += 1
        found: datetime | None = self.times.get_next_fire_time(previous, now)
        return found


@pytest.mark.parametrize(
    ("times", "latest"),
    [
        (MINUTELY, NOON),
        (HOURLY, moment(11, 30)),
        (CronTrigger(hour=22, minute=10, timezone=UTC), moment(22, 10, day=1)),
        (CronTrigger(month=3, day=1, hour=0, timezone=UTC), datetime(2026, 3, 1, tzinfo=UTC)),
    ],
)
@pytest.mark.parametrize("days", [300, 4000])
def test_the_latest_of_many_years_is_found_without_counting_through_them(
    times: CronTrigger, latest: datetime, days: int
) -> None:
    counted = _Counted(times)
    assert fires(counted, Missed.LATEST, after=NOON - timedelta(days=days), until=NOON) == ([latest], NOON)
    assert counted.asked < 40


class _Standing:
    """As APScheduler's cron triggers are in the repeated hour of a zone: the next moment is the one before."""

    def get_next_fire_time(self, _previous: datetime | None, _now: datetime) -> datetime:
        return moment(11, 0)


def test_a_trigger_that_stands_still_fires_once() -> None:
    assert fires(_Standing(), Missed.ALL, after=moment(10, 0), until=NOON) == ([moment(11, 0)], NOON)


def test_moments_in_utc_pass_the_night_when_almaty_turned_its_clocks_back() -> None:
    before = datetime(2024, 2, 29, 17, tzinfo=UTC)
    found, _ = fires(HOURLY, Missed.ALL, after=before, until=before + timedelta(hours=4))
    assert [at.hour for at in found] == [17, 18, 19, 20]


@pytest.mark.parametrize(
    ("seen", "state", "may"),
    [
        ("waiting", JobState.WAITING, True),
        ("waiting", JobState.RUNNING, True),
        ("running", JobState.RUNNING, True),
        ("failed", JobState.FAILED, True),
        ("failed", JobState.WAITING, False),
        ("running", JobState.FAILED, False),
        ("done", JobState.DONE, False),
        ("cancelled", JobState.CANCELLED, False),
        ("", JobState.WAITING, False),
    ],
)
def test_a_job_is_called_off_as_it_was_seen(seen: str, state: JobState, *, may: bool) -> None:
    assert may_call_off(seen, state) is may


def test_the_worst_is_said_first() -> None:
    assert standing(workers=0, failed=3) is Standing.NO_WORKER
    assert standing(workers=2, failed=3) is Standing.FAILED
    assert standing(workers=2, failed=0) is Standing.FINE


def test_two_kinds_or_triggers_of_one_name_are_refused() -> None:
    one, other = (JobKind("a.b", Message(text), print) for text in ("One", "Other"))
    with pytest.raises(ValueError, match="same name"):
        Registry([one, other], [])
    with pytest.raises(ValueError, match="same name"):
        Registry([], [Trigger("t", one, HOURLY), Trigger("t", one, MINUTELY)])
    assert Registry([one], [Trigger("t", one, HOURLY)]).names(one.lane) == ["a.b"]
