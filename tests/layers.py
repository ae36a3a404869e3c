"""Reads the imports and names of modules from their source, to check the first two rules of the house.

Everything works on (module name, syntax tree) pairs, so that `test_layers` can also feed it modules that break a rule.
"""

import ast
import itertools
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from mittari.flow import OVERSEERS, SHARED, STAGES

SOURCE = Path(__file__).parent.parent / "src"
ENGINES = frozenset({"postgresql", "postgres", "clickhouse", "chdb", "spark", "pyspark"})
PARTS = re.compile("[a-z]+")


@dataclass(frozen=True)
class Module:
    """One module: its dotted name, its syntax tree, and whether it is the `__init__` of a package."""

    name: str
    tree: ast.Module
    is_package: bool = False

    @property
    def room(self) -> str:
        """The stage, shared module or overseer it belongs to; `__init__` for the package `mittari` itself."""
        parts = self.name.split(".")
        return parts[1] if len(parts) > 1 else "__init__"


def modules() -> Iterator[Module]:
    """Every module of Mittari."""
    for path in sorted((SOURCE / "mittari").rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_package else parts)
        yield Module(name, ast.parse(path.read_text(encoding="utf-8"), str(path)), is_package)


def imports(module: Module) -> Iterator[tuple[str, int]]:
    """The dotted names a module imports anywhere, also inside functions and under TYPE_CHECKING, with their lines."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(module, node)
            yield from ((f"{base}.{alias.name}", node.lineno) for alias in node.names)
        elif isinstance(node, ast.Call) and _is_dynamic_import(node) and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value, node.lineno


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = module.name.split(".") if module.is_package else module.name.split(".")[:-1]
    kept = package[: len(package) - (node.level - 1)]
    return ".".join([*kept, *([node.module] if node.module else [])])


def _is_dynamic_import(node: ast.Call) -> bool:
    called = node.func
    name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
    return name in ("import_module", "__import__")


def imported_rooms(module: Module) -> Iterator[tuple[str, int]]:
    """The rooms of Mittari a module imports; the package itself counts as `__init__`."""
    for name, line in imports(module):
        parts = name.split(".")
        if parts[0] == "mittari":
            room = parts[1] if len(parts) > 1 else "__init__"
            yield (room if room in {*STAGES, *SHARED, *OVERSEERS} else "__init__"), line


def allowed(room: str) -> frozenset[str]:
    """The rooms that modules of `room` may import, itself included."""
    if room in OVERSEERS:
        return frozenset({*STAGES, *SHARED, *OVERSEERS})
    if room in SHARED:
        return frozenset(SHARED)
    return frozenset({*STAGES[: STAGES.index(room) + 1], *SHARED})


def forbidden_imports(module: Module) -> list[str]:
    """What in a module breaks the first rule, one sentence each."""
    if module.room not in {*STAGES, *SHARED, *OVERSEERS}:
        return [f"{module.name}: {module.room} is no stage, no shared module and no overseer of mittari.flow"]
    fine = allowed(module.room)
    return [f"{module.name}:{line} imports {room}" for room, line in imported_rooms(module) if room not in fine]


def strings(module: Module) -> Iterator[tuple[str, int]]:
    """The string literals of a module with their lines; texts that only document do not count."""
    prose = {
        id(statement.value)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        for statement in node.body
        if isinstance(statement, ast.Expr)
    }
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.value, node.lineno


def identifiers(module: Module) -> Iterator[tuple[str, int]]:
    """The names a module defines, reads, passes or imports, with their lines."""
    for node in ast.walk(module.tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.keyword(arg=str(name)):
                yield name, node.lineno
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name, node.lineno
            case ast.alias(name=name, asname=other):
                yield f"{name}.{other or ''}", node.lineno


def kpis_named(module: Module, ids: Collection[str]) -> list[str]:
    """What breaks the second rule for KPIs in a stage after `measure`: a string that is the id of a KPI or of one of
    its outputs (`nps`, `nps.promoters`)."""
    if module.room not in STAGES[STAGES.index("measure") + 1 :]:
        return []
    return [f"{module.name}:{line} names {text}" for text, line in strings(module) if text.split(".")[0] in ids]


def engines_named(module: Module) -> list[str]:
    """What breaks the second rule for engines outside `store` and `load`: an engine's name as a part of an identifier
    (`use_clickhouse`) or of a string without blanks (`clickhouse://host`)."""
    if module.room in ("store", "load"):
        return []
    words = itertools.chain(identifiers(module), ((text, line) for text, line in strings(module) if " " not in text))
    return [f"{module.name}:{line} names {word}" for word, line in words if ENGINES & {*PARTS.findall(word.casefold())}]
