"""Writing names and values into SQL text."""

from collections.abc import Iterable


def identifier(name: str) -> str:
    """The name as SQL, whatever letters it is made of.

    >>> identifier("created at")
    '"created at"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """The text as an SQL constant.

    >>> print(literal("it's"))
    'it''s'
    """
    return "'" + value.replace("'", "''") + "'"


def names(columns: Iterable[str], prefix: str = "") -> str:
    """The columns as a comma separated list, each after `prefix` where one is given.

    >>> names(["a", "b"], "row.")
    'row."a", row."b"'
    """
    return ", ".join(prefix + identifier(column) for column in columns)
