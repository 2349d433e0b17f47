"""Adding rows, any number by one statement; those that are there already the database's own unique keys pass over.

The rows go to the database as one JSON document, which it takes apart itself: a driver that sends ten thousand rows one
by one needs seconds for them.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Column, Table, text
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from app.kernel.base import Base
from app.kernel.tri import Tri

MOMENT = "%Y-%m-%d %H:%M:%S.%f"  # as SQLAlchemy writes moments on SQLite; PostgreSQL reads it too


def add_rows(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows.

    Args:
        rows: column values, each with the same columns.

    """
    _insert(session, model, rows, unless=(), returning=None)


def add_missing(
    session: Session,
    model: type[Base],
    rows: Sequence[Mapping[str, Any]],
    *,
    unless: Sequence[InstrumentedAttribute[Any]],
) -> int:
    """Add the rows whose unique key is not taken; gives how many were added.

    Args:
        rows: column values, each with the same columns.
        unless: the columns of the unique key.

    """
    return len(_insert(session, model, rows, unless=unless, returning=unless[0]))


def new_keys(
    session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]], *, unless: InstrumentedAttribute[str]
) -> list[str]:
    """Add the rows whose unique key is not taken; gives the keys that were added, in the order of the rows.

    Args:
        rows: column values, each with the same columns.
        unless: the column of the unique key.

    """
    added = set(_insert(session, model, rows, unless=[unless], returning=unless))
    return [row[unless.key] for row in rows if row[unless.key] in added]


def _insert(
    session: Session,
    model: type[Base],
    rows: Sequence[Mapping[str, Any]],
    *,
    unless: Sequence[InstrumentedAttribute[Any]],
    returning: InstrumentedAttribute[Any] | None,
) -> Sequence[Any]:
    """Add rows; gives a column of those that were added."""
    if not rows:
        return []
    session.flush()
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - every model of ours stands on a table
    defaults = {name: value for name, value in _defaults(table).items() if name not in rows[0]}
    columns = [table.c[name] for name in (*rows[0], *defaults)]
    sqlite = session.get_bind().dialect.name == "sqlite"
    names = ", ".join(f'"{column.name}"' for column in columns)
    source = _from_sqlite(columns) if sqlite else _from_postgresql(table, names)
    statement = f'INSERT INTO "{table.name}" ({names}) {source}'
    if unless:
        statement += f" ON CONFLICT ({', '.join(column.key for column in unless)}) DO NOTHING"
    if returning is not None:
        statement += f' RETURNING "{returning.key}"'
    document = json.dumps([{**row, **defaults} for row in rows], default=_plain, ensure_ascii=False)
    answer = session.execute(text(statement), {"rows": document})
    return answer.scalars().all() if returning is not None else []


def _from_sqlite(columns: Sequence[Column[Any]]) -> str:
    parts = ", ".join(f"json_extract(value, '$.{column.name}')" for column in columns)
    return f"SELECT {parts} FROM json_each(:rows) WHERE true"  # noqa: S608 - as above; WHERE: else ON CONFLICT is a join's ON


def _from_postgresql(table: Table, names: str) -> str:
    rows = f'json_populate_recordset(NULL::"{table.name}", CAST(:rows AS json))'
    return f"SELECT {names} FROM {rows}"  # noqa: S608 - as above


def _defaults(table: Table) -> dict[str, Any]:
    return {
        column.name: column.default.arg
        for column in table.columns
        if isinstance(column.default, ScalarElementColumnDefault)
    }


def _plain(value: object) -> object:
    """What JSON does not know, as the database keeps it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime(MOMENT)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Tri):
        return value.as_dict()
    msg = f"a row cannot hold {type(value).__name__}"
    raise TypeError(msg)
