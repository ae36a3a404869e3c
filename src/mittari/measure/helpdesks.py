"""The page about other products' rules: `python -m mittari.measure.helpdesks > docs/helpdesks.md`.

A test fails when it was forgotten.
"""

import sys
from collections.abc import Iterator

from mittari.measure.rulesets import SETS, RuleSet

HEAD = """# Why does your number not match my helpdesk?

Written from the declarations (`python -m mittari.measure.helpdesks > docs/helpdesks.md`).

`mittari scorecard --rules zendesk` shows the same contacts under the rules that another product publishes, beside our
own; `mittari kpi first_response_time --rules zendesk` lists every contact that the two count otherwise, with the
reason, and `--rows` writes all of them to a file. In Python `workspace.by_rules("zendesk", period="2026-10")` and
`workspace.counted_otherwise(...)` do the same, and so does the page of a KPI once a product is chosen on it. A KPI that
a set does not name is counted there as here, or unknown there.
"""


def page() -> str:
    return "\n".join([HEAD, *(line for each in SETS if each.rules for line in _section(each))]) + "\n"


def _section(each: RuleSet) -> Iterator[str]:
    yield f"\n## {each.product}: `--rules {each.name}`\n"
    yield "| KPI | there | counted otherwise because | source |\n|---|---|---|---|"
    for rule in each.rules:
        params = ", ".join(f"{name}={value}" for name, value in rule.params.items())
        yield f"| `{rule.kpi}` | `{rule.output}` {params} | {rule.because} | {rule.source} |"
    yield "\nNot reproduced:\n"
    yield from (f"* {text}" for text in each.not_reproduced)


if __name__ == "__main__":
    sys.stdout.write(page())
