"""The bare floor of the participant's page: Flask, Core rows, one template of the same visible content.

No permissions, no languages, no CSRF, no audit, no headers. Best settings known: formatted dates cached, rows instead
of entities, the template compiled once, nothing rendered twice.
"""

import json
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import Flask, session
from sqlalchemy import create_engine, text

HOME = ZoneInfo("Asia/Almaty")
SQL = text(
    """SELECT p.id, p.session_id, p.title, p.starts_at, p.ends_at, p.time_zone, p.rooms, p.address, p.link, p.speaker,
    p.version_number, s.version_number AS seen
    FROM published_session p JOIN enrolment e ON e.cohort_id = p.cohort_id AND e.person_id = :person
    LEFT JOIN schedule_seen s ON s.cohort_id = p.cohort_id AND s.person_id = :person
    WHERE p.current AND p.ends_at > :begin ORDER BY p.starts_at, p.id"""
)
BEFORE = text(
    """SELECT p.session_id, p.starts_at, p.ends_at, p.time_zone, p.rooms FROM published_session p
    JOIN enrolment e ON e.cohort_id = p.cohort_id AND e.person_id = :person WHERE NOT p.current"""
)
USER = text("SELECT id, person_id, display_name FROM user_account WHERE id = :id")
FEED = text("SELECT secret FROM calendar_feed WHERE person_id = :person")

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>My schedule</title><link rel="stylesheet" href="/static/app.css">
<script type="module" src="/static/app.js"></script></head>
<body><header class="top"><a href="/">Jetekshi<small>{{ user.display_name }}</small></a>
<form method="post"><button>ҚАЗ</button><button>РУС</button><button>ENG</button></form></header>
<nav class="tabs"><a href="/me/">Schedule</a></nav>
<main><h1>My schedule</h1>
<section class="next"><p>Your next session</p><h2>{{ next.title }}</h2>
<p><time>{{ next.day }}, {{ next.hours }}</time></p>
<p>{{ next.place }}{% if next.speaker %} · {{ next.speaker }}{% endif %}</p>
<a class="btn" href="{{ next.link }}">Join</a></section>
<section class="changes"><h2>{{ changes|length }} changes since you last looked</h2>
<ul>{% for c in changes %}<li><a href="#s{{ c.id }}">{{ c.title }}</a><span>Time changed: <ins>{{ c.hours }}</ins>
<del>{{ c.was }}</del></span></li>{% endfor %}</ul><form method="post"><button>Mark as seen</button></form></section>
<details><summary>Add to my calendar</summary><a href="webcal://x/{{ secret }}">Subscribe</a>
<input value="https://x/{{ secret }}"></details>
<section class="agenda"><h2>My sessions</h2>
{% for day, rows in days %}<h3>{{ day }}</h3>
<ul class="sess">{% for s in rows %}<li id="s{{ s.id }}" class="{{ 'online' if s.link else 'offline' }}">
<div class="t"><time datetime="{{ s.iso }}">{{ s.begins }}</time><span>{{ s.until }}</span></div>
<div class="c"><b>{{ s.title }}</b><p><svg class="i" aria-hidden="true"><use href="/static/icons.svg#pin"/></svg>
<span><b>{{ 'Online' if s.link else 'In person' }}</b> · {{ s.place }}
{% if s.speaker %} · {{ s.speaker }}{% endif %}</span></p>
{% if s.zone %}<p><svg class="i" aria-hidden="true"><use href="/static/icons.svg#clock"/></svg>
<span>{{ s.zone }}</span></p>{% endif %}
{% if s.was %}<p class="was"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#swap"/></svg>
<span>Time changed, was <del>{{ s.was }}</del></span></p>{% endif %}</div></li>{% endfor %}</ul>{% endfor %}
<p>All times: Astana time (UTC+5) unless shown.</p></section></main>
<footer><a href="/verify/">Check a certificate</a> <a href="/password">Change password</a></footer></body></html>"""


@lru_cache(maxsize=8192)
def _day(day: Any) -> str:  # noqa: ANN401 - a date
    return format_date(day, "EEEE d MMMM", locale="en")


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _moment(value: Any) -> datetime:  # noqa: ANN401 - text on SQLite
    return datetime.fromisoformat(value).replace(tzinfo=UTC)


def _hours(row: Any) -> tuple[datetime, str, str]:  # noqa: ANN401 - a row
    zone = _zone(row.time_zone)
    begin, end = _moment(row.starts_at).astimezone(zone), _moment(row.ends_at).astimezone(zone)
    return begin, begin.strftime("%H:%M"), end.strftime("%H:%M")


def _view(row: Any, before: dict[int, Any]) -> dict[str, Any]:  # noqa: ANN401 - a row
    begin, begins, until = _hours(row)
    old = before.get(row.session_id) if row.version_number > (row.seen or 0) else None
    was = "–".join(_hours(old)[1:]) if old else ""
    home = begin.astimezone(HOME)
    return {
        "id": row.id,
        "title": json.loads(row.title)["en"],
        "date": begin.date(),
        "day": _day(begin.date()),
        "iso": begin.isoformat(),
        "begins": begins,
        "until": until,
        "hours": f"{begins}–{until}",
        "place": ", ".join(
            part for part in (json.loads(row.address)["en"] if row.address else "", *json.loads(row.rooms)) if part
        ),
        "link": row.link,
        "speaker": row.speaker,
        "was": was,
        "zone": f"UTC+4 · Astana time: {home:%H:%M}" if row.time_zone != "Asia/Almaty" else "",
    }


def make_floor(database: str, now: datetime) -> Flask:
    """The bare application on a database of the product's; ``/hello`` answers with two words."""
    app = Flask(__name__)
    app.secret_key = "the floor has no secrets"
    engine = create_engine(database)
    app.jinja_env.autoescape = True
    page = app.jinja_env.from_string(PAGE)

    @app.get("/hello")
    def hello() -> str:
        return "hello, world"

    @app.get("/in/<int:number>")
    def sign_in(number: int) -> str:
        session["user"] = number
        return "in"

    @app.get("/me/")
    def me() -> str:
        with engine.connect() as connection:
            user = connection.execute(USER, {"id": session["user"]}).one()
            person = {"person": user.person_id}
            begin = (now - timedelta(hours=40)).replace(tzinfo=None).isoformat(" ")
            found = connection.execute(SQL, {**person, "begin": begin}).all()
            before = {row.session_id: row for row in connection.execute(BEFORE, person)}
            secret = connection.execute(FEED, person).scalar_one()
        rows = [_view(row, before) for row in found]
        days = [(day, list(group)) for day, group in groupby(rows, key=lambda row: row["day"])]
        changes = [row for row in rows if row["was"]]
        return page.render(user=user, next=rows[0], changes=changes, days=days, secret=secret)

    return app
