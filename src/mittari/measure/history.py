"""What a look back to an instant cannot know, because a file keeps only the newest value of a column (G3).

A conversation tells its first solve, its first and last reopening and its last solve. Who looks back to between the
reopenings does not see the solves that lay there, nor that a conversation had not been merged yet. A number that would
need them carries the flag `as_of_partial`. Asked only when the call looks back to before the last such change: the
newest state is known exactly.
"""

from mittari.measure import bind
from mittari.measure.call import Call, Reader, State
from mittari.measure.kpi import SOLVES, Definition
from mittari.measure.material import plain
from mittari.measure.recipe import Recipe

MERGES = "merges"

# `latest`: where more reopenings are counted than told, they end with the last solve.
LOOKED_BACK = """
WITH asked AS (
    SELECT CAST('__as_of__' AS TIMESTAMP) AS moment
), cases AS (
    SELECT conversation_id, moment, opened_at, solved_first_at, solved_last_at,
        coalesce(reopened_at, CASE WHEN reopen_count = 1 THEN reopened_latest_at END) AS first_reopened,
        CASE WHEN reopen_count > 1 AND reopened_latest_at = reopened_at THEN solved_last_at
            ELSE reopened_latest_at END AS latest
    FROM conversations, asked
    WHERE merged_into IS NULL AND coalesce(is_spam, 0) = 0 AND coalesce(is_test, 0) = 0
        AND reopened_latest_at IS NOT NULL AND opened_at <= moment
), told AS (
    SELECT conversation_id, opened_at,
        coalesce(first_reopened, solved_first_at, opened_at) AS unsure_from,
        first_reopened IS NULL AS first_unknown,
        latest > moment AND coalesce(solved_first_at <= moment, true)
            AND coalesce(first_reopened <= moment, true) AS unsure
    FROM cases
), recorded AS (
    SELECT DISTINCT conversation_id FROM status_events WHERE kind = 'status'
), merged_later AS (
    SELECT conversation_id FROM status_events, asked WHERE kind = 'merge' AND "at" > moment
), overwritten AS (
    SELECT 'solves' AS kind, opened_at, unsure_from FROM told WHERE unsure
    UNION ALL SELECT 'unrecorded_solves', opened_at, unsure_from
    FROM told WHERE unsure AND conversation_id NOT IN (SELECT conversation_id FROM recorded)
    UNION ALL SELECT 'first_reopening', opened_at, unsure_from FROM told WHERE unsure AND first_unknown
    UNION ALL SELECT 'merges', created_at, created_at FROM conversations, asked
    WHERE created_at <= moment AND conversation_id IN (SELECT conversation_id FROM merged_later)
)
SELECT DISTINCT period, kind FROM call_periods, overwritten
WHERE (opened_at >= p0 AND opened_at < p1) OR unsure_from < p1
"""


def lost(call: Call, reader: Reader, state: State) -> list[frozenset[str]]:
    """For each period of the call the kinds of facts that were overwritten after its `as_of`."""
    found: list[set[str]] = [set() for _ in call.periods]
    if state.unsettled is None or call.as_of >= state.unsettled:
        return [frozenset(each) for each in found]
    frame = reader.fetch(bind.statement(LOOKED_BACK, call, state), bind.parameters(LOOKED_BACK, call, state))
    for period, kind in zip(plain(frame["period"]).tolist(), plain(frame["kind"]).tolist(), strict=True):
        found[int(period)].add(str(kind))
    return [frozenset(each) for each in found]


def is_partial(definition: Definition, recipe: Recipe, overwritten: frozenset[str]) -> bool:
    """Whether the number would need one of the facts that were overwritten."""
    if "conversations" not in definition.tables:
        return False
    whole = not definition.overwritten_in or recipe.output in definition.overwritten_in
    needed = {*(definition.overwritten if whole else ()), MERGES}
    if recipe.flow_days:
        needed.add(SOLVES)
    return bool(needed & overwritten)
