"""Do the golden records notice a wrong rule? Flips one thing at a time in the catalogue and the relations.

    python bench/mutation.py [--sample 40] [--seconds 1200] [--log FILE]

A mutant differs from the code in one comparison, logical operator, window or filter. Each runs in a forked process that
measures the golden records of the KPIs concerned, until one differs, then runs the tests by hand and those of edges:
what fails is caught. Mutants that mean the same as the code stand in `equivalent_mutants.toml`, with the reason.
All of them take about an hour; with a log a run that was stopped goes on where it was.
"""

import argparse
import ast
import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import random
import signal
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
MEASURE = ROOT / "src" / "mittari" / "measure"
GOLDEN = ROOT / "tests" / "golden"
EQUIVALENT = Path(__file__).parent / "equivalent_mutants.toml"
FIELDS = "value unit n n_na n_censored components se ci_low ci_high ci_method status".split()  # noqa: SIM905
COMPARED = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}
SWAPPED = {"isnull": "notnull", "notnull": "isnull", "min": "max", "max": "min", "lag": "lead", "lead": "lag"}
EXPLAINING = {"left_out", "dimensions", "tables"}  # what they say is in receipts, which have tests of their own
SMALL, MANY_SECONDS = 12, 300
CAUGHT, SURVIVED, TIMEOUT = 0, 1, 2
SAID = {CAUGHT: "caught", SURVIVED: "survived", TIMEOUT: "too slow"}


@dataclass(frozen=True)
class Mutant:
    """One changed node: `name` says where and what, `number` which of the module's candidates."""

    module: str
    function: str
    number: int
    name: str


class Mutator(ast.NodeTransformer):
    """Walks a module and changes candidate `target`; without a target it only names the candidates."""

    def __init__(self, module: str, target: int | None = None) -> None:
        self.module, self.target = module, target
        self.found: list[Mutant] = []
        self._function = ""
        self._seen: Counter[str] = Counter()

    def candidate(self, node: ast.AST, changed: Callable[[], ast.AST]) -> ast.AST:
        before = ast.unparse(node)
        self.generic_visit(node)
        if self.target is None:
            text = f"{self.module}.{self._function}: {before} -> {ast.unparse(changed())}"
            self._seen[text] += 1
            name = text if self._seen[text] == 1 else f"{text} #{self._seen[text]}"
            self.found.append(Mutant(self.module, self._function, len(self.found), name))
            return node
        self.found.append(Mutant(self.module, self._function, len(self.found), before))
        return changed() if len(self.found) - 1 == self.target else node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self._function = node.name
        node.args = self.visit(node.args)
        node.body = [self.visit(each) for each in node.body]
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        kind = COMPARED.get(type(node.ops[0]))
        if kind is None or len(node.ops) != 1:
            return self.generic_visit(node)
        return self.candidate(node, lambda: ast.Compare(node.left, [kind()], node.comparators))

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        other = {ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd}.get(type(node.op))
        types = isinstance(node.right, ast.Constant) and node.right.value is None
        if other is None or types:
            return self.generic_visit(node)
        return self.candidate(node, lambda: ast.BinOp(node.left, other(), node.right))

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        return self.candidate(node, lambda: node.operand) if isinstance(node.op, ast.Invert) else node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        called = node.func
        if isinstance(called, ast.Attribute) and called.attr == "filter":
            return self.candidate(node, lambda: called.value)
        if isinstance(called, ast.Attribute) and called.attr in SWAPPED:
            swapped = SWAPPED[called.attr]
            return self.candidate(
                node, lambda: ast.Call(ast.Attribute(called.value, swapped, ast.Load()), node.args, node.keywords)
            )
        return self.generic_visit(node)

    def visit_keyword(self, node: ast.keyword) -> ast.AST:
        return node if node.arg in EXPLAINING else self.generic_visit(node)

    def visit_Dict(self, node: ast.Dict) -> ast.AST:
        kept = {n for n, key in enumerate(node.keys) if isinstance(key, ast.Constant) and key.value in EXPLAINING}
        node.values = [each if n in kept else self.visit(each) for n, each in enumerate(node.values)]
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        named = [each.id for each in node.targets if isinstance(each, ast.Name)]
        return node if any(name.lower() in EXPLAINING for name in named) else self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        value = node.value
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value in (0, 1, 0.5, 0.9):
            return node
        return self.candidate(node, lambda: ast.Constant(value + 1 if value < SMALL else value * 2))


def source_of(module: str) -> Path:
    return MEASURE / (module.replace(".", "/") + ".py")


def modules() -> list[str]:
    folders = ("catalogue", "relations")
    return [f"{name}.{path.stem}" for name in folders for path in sorted((MEASURE / name).glob("[!_]*.py"))]


def mutants() -> list[Mutant]:
    """All of them, by module; texts of KPIs and explanations are no rules."""
    found: list[Mutant] = []
    for module in modules():
        mutator = Mutator(module)
        for node in ast.parse(source_of(module).read_text(encoding="utf-8")).body:
            mutator.visit(node)
        found += mutator.found
    return found


def mutated(mutant: Mutant) -> ast.Module:
    tree = ast.parse(source_of(mutant.module).read_text(encoding="utf-8"))
    mutator = Mutator(mutant.module, mutant.number)
    tree.body = [mutator.visit(node) for node in tree.body]
    return ast.fix_missing_locations(tree)


def users(module: str) -> set[str]:
    """The module and those of the relations that import it, directly or not."""
    imports = {each: source_of(each).read_text(encoding="utf-8") for each in modules() if each.startswith("relations")}
    found = {module}
    while (
        more := {each for each, text in imports.items() for used in found if f"mittari.measure.{used} import" in text}
        - found
    ):
        found |= more
    return found


class Imported(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports the mutant in place of its module."""

    def __init__(self, mutant: Mutant) -> None:
        self._name, self._mutant = f"mittari.measure.{mutant.module}", mutant

    def find_spec(self, name: str, *_: Any) -> importlib.machinery.ModuleSpec | None:
        return importlib.util.spec_from_loader(name, self) if name == self._name else None

    def exec_module(self, module: Any) -> None:
        exec(compile(mutated(self._mutant), str(source_of(self._mutant.module)), "exec"), module.__dict__)  # noqa: S102


def differs(home: Path, mutant: Mutant | None) -> str | None:
    """The first golden record that the mutant changes; only in a process that has not imported Mittari."""
    if mutant is not None:
        sys.meta_path.insert(0, Imported(mutant))
    from mittari.measure.plan import Plans
    from mittari.settings import Settings
    from mittari.store.warehouse import Warehouse
    from mittari.workspace.local import LocalWorkspace

    settings = Settings.load(home, {})
    workspace = LocalWorkspace(home, settings, Warehouse.open(home / "warehouse.duckdb", read_only=True))
    workspace._plans = Plans(None, "")  # kept plans are those of the code as it is
    for key, expected in concerned(mutant):
        call = expected["call"]
        name, where = key.partition("@")[0], call["where"]
        records = list(workspace.kpi(name, call["period"], where=where, as_of=call["as_of"], **call["params"]))
        if len(records) != 1 or not same(records[0].as_dict(), expected):
            return key
    return None


def fails_by_hand() -> bool:
    """Whether the tests by hand or of edges notice; plans are compiled anew, for kept ones are of the code as it is."""
    import pytest

    tests = ROOT / "tests" / "measure"
    chosen = [*map(str, sorted(tests.glob("test_by_hand*.py"))), str(tests / "test_edges.py")]
    with Path(os.devnull).open("w") as silent, contextlib.redirect_stdout(silent):
        return pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-m", "not long", *chosen]) != 0


def concerned(mutant: Mutant | None) -> Iterator[tuple[str, dict[str, Any]]]:
    """The golden records of the KPIs that the mutant can change, plain calls first."""
    from mittari.measure.kpi import catalogue
    from mittari.measure.relations import RELATIONS

    known = catalogue()
    if mutant is None:
        chosen = set(known)
    elif mutant.module.startswith("catalogue") and mutant.function in known:
        chosen = {mutant.function}
    elif mutant.module.startswith("catalogue"):
        chosen = {each.id for each in known.values() if each.build.__module__.endswith(mutant.module)}
    else:
        using = {f"mittari.measure.{each}" for each in users(mutant.module)}
        touched = {name for name, build in RELATIONS.items() if build.__module__ in using}
        by_customers = {
            name for name, each in known.items() if "activity" in str(using) and "subscriptions" in each.tables
        }
        chosen = {name for name, each in known.items() if relations_of(each) & touched} | by_customers
    golden = json.loads((GOLDEN / "golden.json").read_text(encoding="utf-8"))
    records = [(key, each) for key, each in golden.items() if key.partition("@")[0].partition(".")[0] in chosen]
    yield from sorted(records, key=lambda record: "@" in record[0])


def relations_of(definition: Any) -> set[str]:
    chosen = [name for choices in definition.relation_by.values() for name in choices.values()]
    return {definition.relation, *chosen}


def same(found: Any, expected: Any) -> bool:
    if isinstance(expected, dict) and "call" in expected:
        alike = all(same(found[name], expected[name]) for name in FIELDS)
        return alike and sorted(found["flags"]) == sorted(expected["flags"])
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and all(same(found[name], expected[name]) for name in expected)
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(expected, (int, float)) and isinstance(found, (int, float)):
        return abs(found - expected) <= max(1e-9, 1e-6 * abs(expected))
    return bool(found == expected)


def verdict(home: Path, mutant: Mutant | None) -> int:
    """Runs in a fork, so that each mutant is imported into a fresh process without the cost of starting one."""
    child = os.fork()
    if child == 0:
        signal.setitimer(signal.ITIMER_PROF, MANY_SECONDS)  # of work: a busy machine makes no mutant too slow
        code = CAUGHT
        try:
            noticed = differs(home, mutant) is not None or fails_by_hand()
            code = CAUGHT if noticed else SURVIVED
        except BaseException:  # noqa: BLE001 - whatever a mutant breaks, it is noticed
            code = CAUGHT
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return TIMEOUT if os.WIFSIGNALED(status) else os.waitstatus_to_exitcode(status)


def equivalent() -> dict[str, str]:
    """Mutants that mean the same as the code -> why."""
    found: dict[str, str] = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8"))["equivalent"]
    return found


def loaded_home(folder: Path) -> Path:
    """The golden fixtures, loaded in a process of its own: here Mittari must stay unimported."""
    code = (
        "import sys, mittari\n"
        "home = mittari.create_home(sys.argv[1])\n"
        "with mittari.open(home) as workspace: workspace.load(sys.argv[2])"
    )
    import subprocess

    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    arguments = [sys.executable, "-c", code, str(folder / "home"), str(GOLDEN / "fixtures")]
    subprocess.run(arguments, check=True, env=environment)
    return folder / "home"


class Log:
    """Verdicts of an earlier run over the same code and tests, by the names of the mutants; none without a file."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        lines = file.read_text(encoding="utf-8").splitlines() if file and file.exists() else []
        by_words = {words: outcome for outcome, words in SAID.items()}
        self.known = {name: by_words[words] for words, _, name in (line.partition(": ") for line in lines)}

    def add(self, mutant: Mutant, outcome: int) -> None:
        if self._file:
            with self._file.open("a", encoding="utf-8") as file:
                file.write(f"{SAID[outcome]}: {mutant.name}\n")


def judge(
    chosen: list[Mutant], seconds: float, told: Callable[[str], None] = print, log: Log | None = None
) -> dict[int, list[Mutant]]:
    """Verdict -> mutants; stops when the time is over."""
    log = log or Log(None)
    import duckdb  # noqa: F401 - imported once here, every fork has it
    import ibis
    import numpy as np  # noqa: F401

    ibis.to_sql(ibis.table({"n": "int64"}, name="t"), dialect="duckdb")  # loads the compiler
    found: dict[int, list[Mutant]] = {CAUGHT: [], SURVIVED: [], TIMEOUT: []}
    until = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        home = loaded_home(Path(folder))
        if verdict(home, None) != SURVIVED:
            raise SystemExit("the code as it is does not give the golden records, or the tests by hand fail")
        for mutant in chosen:
            if time.monotonic() > until:
                told("the time is over")
                break
            outcome = log.known.get(mutant.name)
            if outcome is None:
                log.add(mutant, outcome := verdict(home, mutant))
            found[outcome].append(mutant)
            if outcome != CAUGHT:
                told(f"{SAID[outcome]}: {mutant.name}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, help="so many mutants, chosen at random (default: all)")
    parser.add_argument("--only", type=Path, metavar="FILE", help="only the mutants named in the lines of a file")
    parser.add_argument(
        "--log", type=Path, metavar="FILE", help="keep each verdict there; what stands in it is not judged again"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--least", type=float, default=0.95, help="the share that must be caught")
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--list", action="store_true", help="only name the mutants")
    arguments = parser.parse_args()
    sys.path.insert(0, str(ROOT / "src"))
    known = equivalent()
    chosen = [mutant for mutant in mutants() if mutant.name not in known]
    if arguments.only:
        named = set(arguments.only.read_text(encoding="utf-8").splitlines())
        chosen = [mutant for mutant in chosen if mutant.name in named]
    random.Random(arguments.seed).shuffle(chosen)  # noqa: S311
    chosen = chosen[: arguments.sample]
    if arguments.list:
        print("\n".join(sorted(mutant.name for mutant in chosen)))
        return 0
    began = time.monotonic()
    found = judge(chosen, arguments.seconds, lambda text: print(text, flush=True), Log(arguments.log))
    caught, judged = len(found[CAUGHT]), sum(map(len, found.values()))
    share = caught / judged if judged else 0.0
    print(
        f"{caught} of {judged} mutants caught ({share:.1%}), {len(known)} equivalent ones left out, "
        f"{time.monotonic() - began:.0f} s"
    )
    return 0 if share >= arguments.least else 1


if __name__ == "__main__":
    sys.exit(main())
