"""Adding rows that may be there already: the database's own unique keys decide, without an error."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.kernel.base import Base


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
    return len(_insert(session, model, rows, unless=unless, returning=model.__mapper__.primary_key))


def new_keys(
    session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]], *, unless: InstrumentedAttribute[str]
) -> list[str]:
    """Add the rows whose unique key is not taken; gives the keys that were added, in the order of the rows.

    Args:
        rows: column values, each with the same columns.
        unless: the column of the unique key.

    """
    added = {row[0] for row in _insert(session, model, rows, unless=[unless], returning=[unless])}
    return [row[unless.key] for row in rows if row[unless.key] in added]


def _insert(
    session: Session,
    model: type[Base],
    rows: Sequence[Mapping[str, Any]],
    *,
    unless: Sequence[InstrumentedAttribute[Any]],
    returning: Iterable[Any],
) -> Sequence[Row[Any]]:
    if not rows:
        return []
    dialect = session.get_bind().dialect.name
    statement = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(model)
    columns = [column.key for column in unless]
    session.flush()
    adding = statement.on_conflict_do_nothing(index_elements=columns).returning(*returning)
    # Without render_nulls rows with and without a None would go in statements of their own, one after another.
    return session.execute(adding.execution_options(render_nulls=True), [dict(row) for row in rows]).all()
