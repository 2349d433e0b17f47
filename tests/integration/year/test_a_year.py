"""Two years from the programme's file to a certificate that a stranger checks, on both databases."""

from datetime import date, datetime, time
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy.orm import Session

from cohorts.enums import CohortStatus, EnrolmentStatus
from cohorts.queries import enrolments, status_counts
from modules.enums import Half
from projects.enums import Outcome
from projects.services.groups import groups_by_organisation
from tests.integration.year.year import HOME, Year, words
from tests.support.pages import post


def moment(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), HOME)


def test_the_university_leadership_programme(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    year = Year(app, session, monkeypatch, tmp_path, "eulp-2023-1")
    first, last = date(2023, 12, 1), date(2023, 12, 2)
    year.on(date(2023, 4, 3))
    year.begin("eulp-2023", "eulp-2023.csv", starts="2023-04", ends="2023-12-02", people=81)
    year.on(date(2023, 11, 20))
    commission = year.commission("President of the university", "Deputy of the Parliament", "Dean of the school")
    year.schedule(9, moment(first, 9), moment(last, 9))
    sitting = year.defence(9, first, commission=commission)
    assert "Project of 3" in words(year.visit("coordinator").get(f"/cohorts/eulp-2023-1/defences/{sitting.id}"))
    year.on(first, 18)
    year.register(9, first, Half.AM, absent=(7, 8))
    year.register(9, first, Half.PM, absent=(7,))
    year.hold(sitting, "1", {})
    year.on(last, 12)
    year.register(9, last, Half.AM, absent=(8,))
    completion = "/cohorts/eulp-2023-1/completion"
    before = words(year.visit("coordinator").get(completion + "?v=missing"))
    assert "79" in before
    said = year.press(
        "coordinator",
        completion + "/8",
        condition="attendance",
        reason="Was sent to a session of the Parliament",
        document="Letter No. 12 of 1 December 2023",
    )
    assert "Letter No. 12 of 1 December 2023" in said
    year.award("412-ө", last)
    rows = year.certificates()
    assert [row.number for row in rows] == [f"EULP-2023-{number:06}" for number in range(1, 81)]
    counts = status_counts(session, [year.cohort.id])[year.cohort.id]
    assert counts == {EnrolmentStatus.COMPLETED: 80, EnrolmentStatus.ENROLLED: 1}, "the same order marks them"
    files = year.download()
    sheets = sorted(name for name in files if name.endswith(".pdf"))
    assert (len(sheets), len(files)) == (80, 81), "and the list"
    assert year.verify(sheets[0], files[sheets[0]]).startswith("Genuine: EULP-2023-0000")
    assert "Сертификат түпнұсқа" in words(app.test_client().get(f"/verify/{rows[0].code}")), "to a stranger in Kazakh"
    _a_second_order_reaches_who_completes_later(year)


def _a_second_order_reaches_who_completes_later(year: Year) -> None:
    overview = "/cohorts/eulp-2023-1/"
    year.on(date(2023, 12, 4))
    asked = BeautifulSoup(year.visit("coordinator").get(overview).data, "html5lib")
    links = [str(link["href"]) for link in asked.select("section[aria-labelledby=closing] a")]
    assert links == ["/cohorts/eulp-2023-1/people?status=enrolled"], "one person has no decision yet"
    refused = post(year.visit("coordinator"), overview + "status", {"status": "closed"})
    assert (refused.status_code, year.cohort.status) == (422, CohortStatus.RUNNING)
    person = "/cohorts/eulp-2023-1/completion/7"
    waiver = {"condition": "attendance", "reason": "Was ill", "document": "Sick note No. 3"}
    year.press("coordinator", person, **waiver)
    year.award("413-ө", date(2023, 12, 4))
    assert [row.number for row in year.certificates()][80:] == ["EULP-2023-000081"]
    year.press("coordinator", overview + "status", status="closed")
    assert year.cohort.status == CohortStatus.CLOSED
    assert "81" in year.command("certificates", "audit")


def test_ten_of_twelve_universities(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    year = Year(app, session, monkeypatch, tmp_path, "um-2020-1")
    day, ordered = date(2020, 8, 20), date(2020, 8, 31)
    year.on(date(2020, 2, 10))
    year.begin("um-2020", "um-2020.csv", starts="2020-02", ends="2020-08", people=25)
    year.schedule(1, moment(date(2020, 2, 17), 10))
    groups = groups_by_organisation(session, cohort=year.cohort, actor=year.actor, now=year.now)
    assert len(groups) == 12
    late = {group.label for group in groups[-2:]}
    year.on(date(2020, 8, 3))
    commission = year.commission(*(f"Member {number}" for number in range(1, 10)))
    sitting = year.defence(4, day, commission=commission)
    year.on(day, 19)
    year.hold(sitting, "1", dict.fromkeys(late, Outcome.NOT_SUBMITTED))
    year.on(ordered)
    page = words(year.visit("coordinator").get("/cohorts/um-2020-1/completion"))
    assert "10 of 12 universities" in page
    year.award("31-ө", ordered)
    left = [row for row in enrolments(session, year.cohort.id) if row.status == EnrolmentStatus.ENROLLED]
    assert {row.group.label for row in left if row.group} == late
    assert len(year.certificates()) == 25 - len(left)
    completion = "/cohorts/um-2020-1/completion"
    again = post(
        year.visit("coordinator"),
        "/cohorts/um-2020-1/certificates",
        {"order_number": "32-ө", "order_date": ordered.isoformat(), "issued_on": ordered.isoformat()},
    )
    assert again.status_code == 422, "nobody else is complete"
    year.on(date(2020, 9, 1))
    year.press("coordinator", completion + "/rest", order_number="31-ө", order_date=ordered.isoformat())
    year.press("coordinator", "/cohorts/um-2020-1/status", status="closed")
    assert year.cohort.status == CohortStatus.CLOSED
    files = year.download()
    sheets = [name for name in files if name.endswith(".pdf")]
    assert len(sheets) == 25 - len(left)
    assert year.verify(sheets[-1], files[sheets[-1]]).startswith("Genuine: UM-2020-0000")
