"""Rows that go to the database as one document: what is kept is what was given, on both databases alike."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.enums import ScopeKind
from app.jobs.enums import JobState
from app.jobs.models import Job
from app.kernel.missing import add_missing, add_rows, new_keys
from app.kernel.tri import Tri
from app.notices.models import Announcement, Notice

NOW = datetime(2026, 11, 2, 12, 0, 0, 123456, tzinfo=UTC)
TEXT = 'Ә "quoted" \\ back, {a: [1]}, emoji 🎓, \u2028 and a \t tab\nand a line'


def notice(key: str, **changes: object) -> dict[str, object]:
    return {
        "key": key,
        "kind": "tests.one",
        "person_id": None,
        "values": {"kk": {"what": TEXT}, "n": 1, "none": None},
        "path": None,
        "created_at": NOW,
        **changes,
    }


def test_every_kind_of_value_comes_back(session: Session) -> None:
    add_rows(session, Notice, [notice("a"), notice("b", path="/me/?q=1&r='2'--", values={})])
    first, second = session.scalars(select(Notice).order_by(Notice.key)).all()
    assert (first.values, first.created_at, first.path) == ({"kk": {"what": TEXT}, "n": 1, "none": None}, NOW, None)
    assert (second.values, second.path, second.person_id) == ({}, "/me/?q=1&r='2'--", None)


@pytest.mark.parametrize("by_mail", [True, False])
def test_texts_in_languages_and_truth_values_come_back(session: Session, by_mail: bool) -> None:
    row = {
        "key": "k",
        "scope": ScopeKind.COHORT,
        "scope_id": 1,
        "audience": "cohort:1",
        "audience_name": Tri(kk="Оқу легі"),
        "title": Tri(kk=TEXT, en="1"),
        "body": Tri(ru="12.50", assumed=frozenset({"ru"})),
        "by_mail": by_mail,
        "created_at": NOW,
    }
    add_rows(session, Announcement, [row])
    kept = session.scalars(select(Announcement)).one()
    assert (kept.title, kept.body, kept.by_mail) == (row["title"], row["body"], by_mail)


def test_what_a_row_leaves_out_is_as_the_table_says(session: Session) -> None:
    row = {"kind": "k", "key": "k:1", "arguments": {}, "state": JobState.WAITING, "run_at": NOW, "created_at": NOW}
    assert add_missing(session, Job, [row, {**row, "key": "k:2"}], unless=[Job.key]) == 2
    assert add_missing(session, Job, [row], unless=[Job.key]) == 0
    job = session.scalars(select(Job).where(Job.key == "k:1")).one()
    assert (job.attempts, job.stop_asked, job.progress, job.total) == (0, False, 0, None)


def test_the_keys_that_are_new_come_in_the_order_of_the_rows(session: Session) -> None:
    add_rows(session, Notice, [notice("b")])
    assert new_keys(session, Notice, [notice(key) for key in "cabd"], unless=Notice.key) == ["c", "a", "d"]
    assert new_keys(session, Notice, [], unless=Notice.key) == []


def test_a_value_that_no_column_holds_is_refused(session: Session) -> None:
    with pytest.raises(TypeError, match="cannot hold set"):
        add_rows(session, Notice, [notice("a", values={1})])
