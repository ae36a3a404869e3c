"""Which tests run which functions of the rules: a mutant needs only those that run what it changes.

Every function of the rules tells when it is run. Statements that were compiled before are not compiled again; who takes
one is said to run what compiling it ran.
"""

import ast
import builtins
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from imported import change_imports
from mutants import LOADED, MEASURED, Mutant, source_of, users

TOLD = "_mittari_told"
"""What the functions call, put among the builtins."""

WORD = re.compile(r"[a-z_0-9]+")


def telling(module: str) -> ast.Module:
    """The module, in which each function first tells its name."""
    tree = ast.parse(source_of(module).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            told = ast.Expr(ast.Call(ast.Name(TOLD, ast.Load()), [ast.Constant(f"{module}.{node.name}")], []))
            node.body.insert(1 if ast.get_docstring(node) is not None else 0, told)
    return ast.fix_missing_locations(tree)


class Kept(msgspec.Struct, frozen=True):
    """A compiled statement as JSON, the functions that compiling it ran, and the words in it."""

    made: str
    touched: frozenset[str]
    words: frozenset[str]


class Run(msgspec.Struct):
    """The functions that ran, the words of the statements that were asked, and how long it took."""

    touched: set[str] = msgspec.field(default_factory=set)
    words: set[str] = msgspec.field(default_factory=set)
    seconds: float = 0.0

    def add(self, other: "Run | Kept") -> None:
        self.touched |= other.touched
        self.words |= other.words


class Touches(msgspec.Struct):
    """What each test ran, and what was compiled, of the code with that digest."""

    code: str = ""
    tests: dict[str, Run] = msgspec.field(default_factory=dict)
    kept: dict[str, Kept] = msgspec.field(default_factory=dict)

    def concerned(self, mutant: Mutant) -> set[str]:
        """The tests that could notice the mutant: by what they ran, or by the derived columns that they read."""
        if mutant.module in LOADED:
            columns = SETTLED.get(mutant.module.rpartition(".")[2])
            return {
                name
                for name, run in self.tests.items()
                if columns is None or run.words & columns or name.startswith("tests/load")
            }
        return {name for name, run in self.tests.items() if is_run(mutant, run.touched)}


def is_run(mutant: Mutant, touched: set[str] | frozenset[str]) -> bool:
    if mutant.function:
        return f"{mutant.module}.{mutant.function}" in touched
    modules = users(mutant.module)
    return any(name.rpartition(".")[0] in modules for name in touched)


PROMISED = {"answer_due_at", "answer_decided_local", "solve_due_at", "solve_due_local"}
SETTLED = {
    "buying": {"bought_before_on", "bought_next_on", "bought_next_at"},
    "comments": {"text_lang", "text_tone", "text_read"},
    "complaints": {"third_day_ends_local"},
    "due_instants": PROMISED | {"reply_due_at", "reply_decided_local"},
    "dues": PROMISED | {"reply_due_at", "reply_decided_local"},
    "edits": {"edited_at"},
    "pauses": PROMISED,
    "rates": {"eur_rate"},
    "repeats": {"repeat_until"},
    "replies": {"replied_at", "replied_by", "reply_due_at", "reply_decided_local", "wait_started_local"},
    "rescored": {"rescored_at", "rescored_local"},
}
"""The derived columns that a module of loading settles, and that no other is made of; those not named: any column."""


class Recorder:
    """Collects what the tests run, and the statements kept with what compiling them ran."""

    def __init__(self) -> None:
        self._running = [Run()]
        self._made: dict[str, Any] = {}
        self.touches = Touches()

    def start(self) -> None:
        """From here on; only in a process that has not imported Mittari."""
        setattr(builtins, TOLD, lambda name: self._running[-1].touched.add(name))
        change_imports(MEASURED, telling)
        keep_statements(self._found)

    @contextmanager
    def within(self) -> Iterator[Run]:
        """What runs inside; what is around it runs that too."""
        self._running.append(Run())
        try:
            yield self._running[-1]
        finally:
            inside = self._running.pop()
            self._running[-1].add(inside)

    @contextmanager
    def test(self, name: str) -> Iterator[None]:
        began = time.process_time()
        with self.within() as run:
            yield
        run.seconds = time.process_time() - began
        self.touches.tests[name] = run

    def _found(self, _: type, key: str, compile_it: Callable[[], Any]) -> Any:
        if key not in self._made:
            with self.within() as inside:
                self._made[key] = compile_it()
            made = msgspec.json.encode(self._made[key]).decode()
            words = frozenset(WORD.findall(made)) | inside.words
            self.touches.kept[key] = Kept(made, frozenset(inside.touched), words)
        self._running[-1].add(self.touches.kept[key])
        return self._made[key]


def keep_statements(found: Callable[[type, str, Callable[[], Any]], Any]) -> None:
    """Let the plans of installations be found so; those that nobody keeps are compiled as ever."""
    from mittari.measure.plan import Plans

    def instead(self: Any, kind: type, asked: object, state: Any, compile_it: Callable[[], Any]) -> Any:
        return compile_it() if self._folder is None else found(kind, self._key(asked, state), compile_it)

    Plans._found = instead  # type: ignore[method-assign]


def keep_unchanged(kept: dict[str, Kept], mutant: Mutant) -> None:
    """Compile only what the mutant changes."""
    made: dict[str, Any] = {}

    def found(kind: type, key: str, compile_it: Callable[[], Any]) -> Any:
        if key not in made:
            known = kept.get(key)
            same = known is not None and (mutant.module in LOADED or not is_run(mutant, known.touched))
            made[key] = msgspec.json.decode(known.made, type=kind) if known and same else compile_it()
        return made[key]

    keep_statements(found)
