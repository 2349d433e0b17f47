"""Adding rows that may be there already: the database's own unique keys decide, without an error."""

from collections.abc import Mapping, Sequence
from typing import Any

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
    if not rows:
        return 0
    dialect = session.get_bind().dialect.name
    statement = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(model)
    columns = [column.key for column in unless]
    session.flush()
    key = model.__mapper__.primary_key
    added = session.execute(
        statement.on_conflict_do_nothing(index_elements=columns).returning(*key), [dict(row) for row in rows]
    )
    return len(added.all())
