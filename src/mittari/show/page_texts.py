"""Every text that pages say in the language of the installation, found where it is said.

In templates and in Python that is the first argument of `say(...)`; in Python also of `told(...)`, and what a
`UserError` says, since pages show the mistakes of their forms.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, nodes

from mittari.collect.survey.kinds import KIND_WORDS, START_WORDS
from mittari.collect.survey.model import SCALES
from mittari.collect.survey.texts import ready_items
from mittari.facts import TABLES
from mittari.measure import dimensions, notes
from mittari.measure.kpi import catalogue
from mittari.measure.rowsql import NO_ANSWER, OUTSIDE, UNDECIDED
from mittari.measure.rulesets import SETS
from mittari.show import words
from mittari.show.speech import has_words

ROOT = Path(__file__).parent.parent
TEMPLATES = ROOT / "show" / "templates"
MODULES = (
    *("errors.py", "collect/alarm/owners.py", "collect/survey/files.py", "collect/survey/writing.py"),
    *("react/followups.py", "show/format.py", "show/periods.py", "show/speech.py", "show/web", "time/periods.py"),
)
"""What of the package speaks to readers of pages: modules, and a folder with all that is in it."""
SAYING = ("say", "self", "text", "told", "word", "UserError", "UnknownKpi")


COLUMN_WORDS = ("side", "part", "key", "at", "block")
"""What the columns of rows are called, beside dimensions."""
LEFT_OUT = (NO_ANSWER, UNDECIDED, OUTSIDE)
"""Why rows are left out, whatever is counted."""
REASONS = frozenset({"left_out", "of_orders", "reasons", "no_rate", "not_best", "not_ours", "without", "again"})
"""Names under which relations (column: reason) and KPIs (reason: condition) keep why they leave rows out."""


def page_texts() -> list[str]:
    """The texts in English, each once, in the order in which they are found."""
    found = dict.fromkeys([*_declared(), *_in_templates(), *_in_modules()])
    return [text for text in found if has_words(text)]


def _declared() -> Iterator[str]:
    """What is said by a name: kinds of questions, their items, channels; words of numbers, dimensions, reasons."""
    yield from KIND_WORDS.values()
    yield from START_WORDS.values()
    for kind in SCALES:
        yield from (item.replace("_", " ") for item in ready_items(kind))
    yield from TABLES["conversations"]["channel"].values
    yield from words.said()
    yield from (sentence.pattern for sentence in notes.NOTES if sentence is not notes.BROKEN)
    for rules in SETS:
        yield from (rule.because for rule in rules.rules)
        yield from rules.not_reproduced
    yield from (*LEFT_OUT, *_reasons())
    yield from COLUMN_WORDS
    for definition in catalogue().values():
        yield from (output.replace("_", " ") for output in definition.outputs if len(definition.outputs) > 1)
    for name in dimensions.known({}):
        yield from (part.replace("_", " ") for part in name.split("."))


def _reasons() -> Iterator[str]:
    """Why rows are left out, as relations and KPIs say it."""
    for folder in ("relations", "catalogue"):
        for path in sorted((ROOT / "measure" / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                for told in (each for each in ast.walk(_named_reasons(node)) if isinstance(each, ast.Dict)):
                    texts = told.values if folder == "relations" else told.keys
                    constants = (each.value for each in texts if isinstance(each, ast.Constant))
                    yield from (each for each in constants if isinstance(each, str))


def _named_reasons(node: ast.AST) -> ast.AST:
    """What is given or assigned to one of the names of reasons; else nothing."""
    if isinstance(node, ast.keyword):
        names: list[str] = [node.arg or ""]
    elif isinstance(node, ast.Assign):
        names = [target.id for target in node.targets if isinstance(target, ast.Name)]
    else:
        return ast.Pass()
    return node.value if REASONS & {name.lower() for name in names} else ast.Pass()


def _in_templates() -> Iterator[str]:
    environment = Environment(autoescape=True)
    for path in sorted(TEMPLATES.glob("*.html")):
        for call in environment.parse(path.read_text(encoding="utf-8")).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "say" and call.args:
                yield from _texts_of(call.args[0])


def _texts_of(argument: nodes.Expr) -> Iterator[str]:
    """The text, or those of which a condition chooses one."""
    if isinstance(argument, nodes.Const) and isinstance(argument.value, str):
        yield argument.value
    elif isinstance(argument, nodes.CondExpr):
        for choice in (argument.expr1, argument.expr2):
            if choice is not None:
                yield from _texts_of(choice)


def _in_modules() -> Iterator[str]:
    for name in MODULES:
        path = ROOT / name
        for module in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    yield from _said_in(node)


def _said_in(call: ast.Call) -> Iterator[str]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name not in SAYING:
        return
    arguments = call.args[:1]
    if name in ("UserError", "UnknownKpi"):
        arguments = [*arguments, *call.args[2:3], *(each.value for each in call.keywords if each.arg == "hint")]
    for argument in arguments:
        choices = [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]
        for choice in choices:
            if isinstance(choice, ast.Constant) and isinstance(choice.value, str):
                yield choice.value
