"""What `doctor` looks at: settings, space, coverage, rejects, owners, and what would make numbers wrong or missing."""

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mittari.measure.kpi import catalogue
from mittari.workspace import collected
from mittari.workspace.closing import altered
from mittari.workspace.rolling import compare
from mittari.workspace.rolling.held import WRONG
from mittari.workspace.verbs import Finding

if TYPE_CHECKING:
    from mittari.workspace.local import LocalWorkspace

LITTLE_SPACE = 1 << 30


def examine(workspace: "LocalWorkspace", verify: bool = False) -> list[Finding]:
    return [
        *_space(workspace),
        *_engine(workspace),
        *_tables(workspace),
        *_rejects(workspace),
        *_rates(workspace),
        *_people(workspace),
        *_owners(workspace),
        *_closes(workspace),
        *collected.findings(workspace.home),
        *_invitations(workspace),
        *_wrong_sums(workspace),
        *(_sums(workspace) if verify else ()),
    ]


def _space(workspace: "LocalWorkspace") -> Iterator[Finding]:
    free = shutil.disk_usage(workspace.home).free
    size = workspace.warehouse.path.stat().st_size
    told = f"warehouse {size / 1e6:,.0f} MB, {free / 1e9:,.1f} GB free on its disk"
    yield Finding(
        free > max(LITTLE_SPACE, size),
        told,
        None if free > max(LITTLE_SPACE, size) else "make room before the next import",
    )


def _engine(workspace: "LocalWorkspace") -> Iterator[Finding]:
    """At opening the copy was made what the warehouse is; here is only said where it lies."""
    if workspace.engine_address is not None:
        yield Finding(True, f"numbers are asked of {workspace.engine.title} at {workspace.engine_address}")


def _tables(workspace: "LocalWorkspace") -> Iterator[Finding]:
    state = workspace.state()
    if not state.filled & set(state.coverage):
        yield Finding(
            False, "nothing is loaded yet", f"mittari --home {workspace.home} import FILE.csv --as conversations"
        )
        return
    for table, ranges in state.coverage.items():
        yield Finding(True, f"{table}: {', '.join(f'{first} to {last}' for first, last in ranges)}")
    for definition in catalogue().values():
        if not state.filled & set(definition.tables):
            yield Finding(True, f"{definition.id} waits for {' or '.join(definition.tables)}")


def _rejects(workspace: "LocalWorkspace") -> Iterator[Finding]:
    for table, refused in workspace.state().rejects.items():
        yield Finding(
            False,
            f"{table}: {len(refused):,} rows were refused",
            "`mittari doctor --rejects` lists them: mend the file and import it again",
        )


UNPRICED = """
    SELECT 'orders' AS what, currency, count(*) AS n FROM orders
    WHERE eur_rate IS NULL AND currency IS NOT NULL GROUP BY ALL
    UNION ALL
    SELECT 'contracts', currency, count(*) FROM subscriptions
    WHERE currency <> $reporting AND currency NOT IN (SELECT quote FROM fx_rates) GROUP BY ALL
"""


def _rates(workspace: "LocalWorkspace") -> Iterator[Finding]:
    """Money without an exchange rate stands in no money figure; where all of it does, the installation is wrong."""
    rows = workspace.fetch(UNPRICED, {"reporting": workspace.settings.currency})
    for what, currency, count in zip(rows["what"], rows["currency"], rows["n"], strict=True):
        yield Finding(
            False,
            f"{count:,} {what} in {currency} have no exchange rate and stand in no money figure",
            f'import fx_rates, or set currency = "{currency}" in mittari.toml where it is the reporting currency',
        )


def _people(workspace: "LocalWorkspace") -> Iterator[Finding]:
    rows = workspace.fetch("SELECT count(*) AS n, count(*) FILTER (person_id IS NULL) AS unknown FROM responses", {})
    total, unknown = int(rows["n"][0]), int(rows["unknown"][0])
    if total and unknown > total / 2:
        yield Finding(
            True, f"{unknown:,} of {total:,} answers name no person: their intervals are taken over days (flag approx)"
        )


def _owners(workspace: "LocalWorkspace") -> Iterator[Finding]:
    for name, target in workspace.targets().items():
        if not target.owner:
            yield Finding(
                False,
                f"the target of {name} has no owner",
                "a number without an owner and a decision is clutter: name one in targets.csv",
            )


def _invitations(workspace: "LocalWorkspace") -> Iterator[Finding]:
    from mittari.workspace.inviting.verbs import findings

    yield from findings(workspace)


def _wrong_sums(workspace: "LocalWorkspace") -> Iterator[Finding]:
    told = workspace.warehouse.meta(WRONG)
    if told is not None:
        yield Finding(
            True, f"a day kept as sums was not what its rows said and has been dropped: {told}; please report it"
        )


def _sums(workspace: "LocalWorkspace") -> Iterator[Finding]:
    """Days kept as sums against the rows; a day that differs is dropped, so that its numbers come of the rows."""
    compared = compare.verify(workspace)
    if not compared:
        yield Finding(True, "no days are kept as sums: every number is counted from the rows")
        return
    for table in sorted({each.table for each in compared}):
        some = [each for each in compared if each.table == table]
        wrong = sorted({day for each in some for day in each.differing})
        counted = sum(each.days for each in some)
        if wrong:
            yield Finding(
                False,
                f"{table}: {len(wrong)} of the days kept as sums were not what their rows say, the first {wrong[0]}",
                "they were dropped and are counted from the rows until the next import makes them anew; "
                "please report it, since this should never happen",
            )
        else:
            yield Finding(True, f"{table}: {counted:,} sums of days counted again, all equal to the rows")


def _closes(workspace: "LocalWorkspace") -> Iterator[Finding]:
    known = workspace.closes()
    broken = altered(workspace)
    if known and not broken:
        yield Finding(True, f"{len(known)} closes stand as they were signed, the last of {known[-1].period}")
    for what in broken:
        yield Finding(False, what, "bring back a backup from before the change: a signed figure is never edited")
