"""Tables that only grow: the database itself refuses to change or remove a row of them."""

from __future__ import annotations

_ON_SQLITE = (
    "CREATE TRIGGER {table}_refuses_{what} BEFORE {what} ON {table} "
    "BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
)
_ON_POSTGRESQL = (
    "CREATE FUNCTION {table}_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION '{table} only grows'; END $$",
    "CREATE TRIGGER {table}_refuses BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION {table}_only_grows()",
)


def refusals(table: str, dialect: str) -> list[str]:
    """The statements that make ``table`` refuse changes, on ``sqlite`` or ``postgresql``."""
    if dialect == "sqlite":
        return [_ON_SQLITE.format(table=table, what=what) for what in ("update", "delete")]
    return [statement.format(table=table) for statement in _ON_POSTGRESQL]
