"""SQL expressions of a mapping: what they may do, and the type of what they give."""

import json
from collections.abc import Iterator
from typing import Any

import duckdb

from mittari.errors import UserError

REFUSED_CLASSES = frozenset({"SUBQUERY", "PARAMETER", "STAR"})
REFUSED_FUNCTIONS = frozenset(
    {"getenv", "getvariable", "current_setting", "nextval", "currval", "query", "query_table", "write_log", "error"}
)


def type_of(connection: duckdb.DuckDBPyConnection, relation: str, sql: str, where: str) -> str:
    """The SQL type of the expression over the relation; raises when it reaches beyond the row or is no SQL."""
    require_harmless(connection, sql, where)
    try:
        described = connection.execute(f"DESCRIBE SELECT ({sql}) AS value FROM {relation}").fetchall()
    except duckdb.Error as error:
        raise UserError(f"the expression cannot be used: {first_line(error)}: {sql}", where) from error
    return str(described[0][1])


def require_harmless(connection: duckdb.DuckDBPyConnection, sql: str, where: str) -> None:
    """Refuse an expression that reaches beyond the row: subqueries (and with them files and tables), settings."""
    parsed = connection.execute("SELECT json_serialize_sql(?)", [f"SELECT ({sql}\n)"]).fetchall()[0][0]
    tree = json.loads(parsed)
    if tree.get("error"):
        raise UserError(f"the expression is no SQL: {tree.get('error_message', '')}: {sql}", where)
    node = tree["statements"][0]["node"] if len(tree["statements"]) == 1 else {}
    if node.get("type") != "SELECT_NODE" or len(node["select_list"]) != 1 or node["from_table"]["type"] != "EMPTY":
        raise UserError(f"expected one expression: {sql}", where)
    for part in _parts(node["select_list"][0]):
        if part.get("class") in REFUSED_CLASSES or part.get("function_name") in REFUSED_FUNCTIONS:
            what = part.get("function_name") or str(part["class"]).lower()
            raise UserError(f"an expression may only use columns of its row, not a {what}: {sql}", where)


def _parts(tree: object) -> Iterator[dict[str, Any]]:
    """Every node of the parsed expression."""
    if isinstance(tree, dict):
        yield tree
        for value in tree.values():
            yield from _parts(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _parts(value)


def first_line(error: duckdb.Error) -> str:
    return str(error).splitlines()[0]
