"""The mutants of the rules: each differs from the code in one comparison, operator, window, filter or token of SQL."""

import ast
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sql_tokens

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "mittari"
MEASURED = [
    f"{folder}.{path.stem}"
    for folder in ("catalogue", "relations")
    for path in sorted((PACKAGE / "measure" / folder).glob("[!_]*.py"))
]
"""Rules that are compiled into questions."""

LOADED = [
    f"load.derive.{path.stem}"
    for path in sorted((PACKAGE / "load" / "derive").glob("[!_]*.py"))
    if path.stem != "context"
]
"""Rules that loading settles, mostly in SQL."""

COMPARED = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}
SWAPPED = {"isnull": "notnull", "notnull": "isnull", "min": "max", "max": "min", "lag": "lead", "lead": "lag"}
EXPLAINING = {"left_out", "dimensions", "tables"}  # what they say is in receipts, which have tests of their own
SMALL = 12


@dataclass(frozen=True)
class Mutant:
    """One changed node: `name` says where and what, `number` which of the module's candidates.

    `function` is empty for what a module computes when it is imported.
    """

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
        self._tell(f"{before} -> {ast.unparse(changed())}" if self.target is None else before)
        return changed() if len(self.found) - 1 == self.target else node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        around, self._function = self._function, node.name
        node.args = self.visit(node.args)
        node.body = [self.visit(each) for each in node.body]
        self._function = around
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        return node if isinstance(node.value, ast.Constant) else self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        self.generic_visit(node)
        return self._sql(node, node.values) if self.module in LOADED else node

    def _sql(self, node: Any, values: list[ast.expr]) -> Any:
        """The texts of SQL in a node, with the token changed that is the target."""
        texts = [part.value if isinstance(part, ast.Constant) else sql_tokens.HOLE for part in values]
        for token in sql_tokens.tokens([str(text) for text in texts]):
            self._tell(f"{token.before} -> {token.after}")
            if len(self.found) - 1 == self.target:
                values[token.piece] = ast.Constant(token.changed(str(texts[token.piece])))
        return node

    def _tell(self, change: str) -> None:
        text = f"{self.module}.{self._function}: {change}"
        self._seen[text] += 1
        name = text if self._seen[text] == 1 else f"{text} #{self._seen[text]}"
        self.found.append(Mutant(self.module, self._function, len(self.found), name))

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

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        explains = isinstance(node.target, ast.Name) and node.target.id.lower() in EXPLAINING
        return node if explains else self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        value = node.value
        if isinstance(value, str) and self.module in LOADED:
            whole: list[ast.expr] = [node]
            self._sql(node, whole)
            return whole[0]
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value in (0, 1, 0.5, 0.9):
            return node
        return self.candidate(node, lambda: ast.Constant(value + 1 if value < SMALL else value * 2))


def full_name(module: str) -> str:
    return f"mittari.{module}" if module in LOADED else f"mittari.measure.{module}"


def source_of(module: str) -> Path:
    return PACKAGE.parent / (full_name(module).replace(".", "/") + ".py")


def modules() -> list[str]:
    return [*MEASURED, *LOADED]


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
    """The module and those that import it, directly or not."""
    texts = {each: source_of(each).read_text(encoding="utf-8") for each in modules()}
    found, more = set[str](), {module}
    while more:
        found |= more
        more = {each for each, text in texts.items() if any(_imports(text, used) for used in more)} - found
    return found


def _imports(text: str, module: str) -> bool:
    """Whether the source imports from the module, or the module itself from its folder."""
    folder, _, name = full_name(module).rpartition(".")
    whole = rf"^from {re.escape(full_name(module))} import\b"
    return re.search(rf"{whole}|^from {re.escape(folder)} import [^\n]*\b{name}\b", text, re.MULTILINE) is not None
