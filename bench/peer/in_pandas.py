"""The questions of `bench/peers.py` as a user of pandas would write them, on data frames that are already in memory."""

from datetime import date

import duckdb
import pandas as pd

from peer import COLUMNS, FLAGS, WORDS, Values

WEEK = pd.Timedelta(days=7)


class Pandas:
    """Frames with the columns asked about: words that repeat are categories, flags are booleans, ids are text."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.frames = {table: _frame(connection, table) for table in COLUMNS}

    def answer(self, first: date, end: date) -> Values:
        period = pd.Timestamp(first), pd.Timestamp(end)
        found: Values = {}
        for answered in (conversations, calls, answers):
            for name, by_month in answered(
                self.frames[answered.__name__.replace("answers", "responses")], *period
            ).items():
                found |= {(name, str(month)): float(value) for month, value in by_month.items()}
        return found


def _frame(connection: duckdb.DuckDBPyConnection, table: str) -> pd.DataFrame:
    frame = connection.table(table).select(*COLUMNS[table]).df()
    flags = [name for name in FLAGS if name in frame]
    frame[flags] = frame[flags].fillna(0).astype(bool)
    return frame.astype({name: "category" for name in WORDS if name in frame})


def _within(frame: pd.DataFrame, clock: str, first: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """The rows whose local clock lies in the range, with their month."""
    rows = frame[(frame[clock] >= first) & (frame[clock] < end)]
    return rows.assign(month=rows[clock].dt.to_period("M"))


def _seconds(earlier: pd.Series, later: pd.Series) -> pd.Series:
    return (later - earlier).dt.total_seconds()


def conversations(raw: pd.DataFrame, first: pd.Timestamp, end: pd.Timestamp) -> dict[str, pd.Series]:
    counted = ~raw.is_spam & ~raw.is_test & raw.merged_into.isna() & raw.deleted_at.isna()
    cases = raw[counted & (raw.channel != "phone")]
    cases = cases.assign(
        incoming=cases.direction != "out",
        answered=cases.answered_at.notna(),
        bot_only=cases.bot_first & cases.handoff_at.isna() & cases.answered_at.isna(),
        solved=cases.solved_last_at.notna() & ~(cases.reopened_latest_at >= cases.solved_last_at),
    )
    incoming = cases[cases.incoming]

    opened = _within(incoming, "opened_local", first, end)
    short = ~opened.answered & (opened.abandoned_at <= opened.wait_started_at + pd.Timedelta(seconds=10))
    due = ~opened.bot_only & ~short & ~opened.no_reply_needed
    in_time = opened.solved & (opened.solved_last_at <= opened.opened_at + WEEK)

    waits = _within(
        incoming[~incoming.bot_only & ~incoming.no_reply_needed & incoming.answered], "wait_started_local", first, end
    )
    waited = _seconds(waits.wait_started_at, waits.answered_at).groupby(waits.month)

    solved = _within(cases[cases.solved], "solved_last_local", first, end)
    by_people = solved[solved.incoming & (solved.resolved_by != "bot")]
    taken = _seconds(by_people.opened_at, by_people.solved_last_at)

    closed = _within(cases, "solved_first_local", first, end)
    came_back = (
        closed.reopened_at.fillna(closed.reopened_latest_at) - closed.solved_first_at <= WEEK
    ) & ~closed.reopen_is_trivial
    return {
        "conversation_count": opened.groupby("month").size(),
        "response_rate": opened.answered[due].groupby(opened.month).mean(),
        "resolution_rate": in_time[~short].groupby(opened.month).mean(),
        "first_response_time": waited.median(),
        "first_response_time.p90": waited.quantile(0.9),
        "first_response_time.mean": waited.mean(),
        "solved_count": solved.groupby("month").size(),
        "resolution_time": taken.groupby(by_people.month).median(),
        "reopen_rate": came_back.groupby(closed.month).mean(),
    }


def calls(raw: pd.DataFrame, first: pd.Timestamp, end: pd.Timestamp) -> dict[str, pd.Series]:
    inbound = raw[(raw.direction != "out") & ~raw.is_test]
    inbound = inbound.assign(answered=inbound.outcome == "answered")
    queued = _within(inbound, "queued_local", first, end)
    offered = queued[queued.answered | ((queued.outcome == "abandoned") & (queued.wait_s > 5))]
    quick = offered.answered & (offered.wait_s <= 20)
    ended = _within(inbound[inbound.answered], "ended_local", first, end)
    handled = ended.talk_s + ended.hold_s + ended.acw_s
    return {
        "average_speed_of_answer": queued[queued.answered].groupby("month").wait_s.mean(),
        "service_level": quick.groupby(offered.month).mean(),
        "call_abandonment_rate": (~offered.answered).groupby(offered.month).mean(),
        "average_handle_time": handled.groupby(ended.month).mean(),
    }


def answers(raw: pd.DataFrame, first: pd.Timestamp, end: pd.Timestamp) -> dict[str, pd.Series]:
    genuine = raw[~raw.is_test & ~raw.is_repeat_press]
    csat = genuine[genuine.kind == "csat"]
    csat = csat[csat[["conversation_id", "order_id", "touchpoint_id"]].notna().any(axis=1)]
    rated = _within(csat.drop(_edited(csat)), "responded_local", first, end)
    rated = rated[(rated.answered != 0) & rated.score.notna()]
    satisfied = rated.score > rated.scale_max - (rated.scale_max - rated.scale_min >= 3) - 1

    nps = genuine[(genuine.kind == "nps") & (genuine.nps_kind != "transactional")]
    nps = _within(nps[(nps.answered != 0) & nps.score.notna()], "responded_local", first, end)
    nps = nps.sort_values("responded_at")
    latest = nps[nps.person_id.isna() | ~nps.duplicated(["month", "person_id"], keep="last")]
    net = (latest.score >= 9).astype(int) - (latest.score <= 6)
    return {
        "csat": satisfied.groupby(rated.month).mean(),
        "csat.mean": rated.groupby("month").score.mean(),
        "nps": 100 * net.groupby(latest.month).mean(),
    }


def _edited(answers: pd.DataFrame) -> pd.Index:
    """Answers that the same person gave anew within a day, about the same conversation or order."""
    subject = ["survey_id", "conversation_id", "order_id", "person_id"]
    known = answers[answers.person_id.notna() & (answers.conversation_id.notna() | answers.order_id.notna())]
    several = known[known.duplicated(subject, keep=False)].sort_values("responded_at")
    following = several.groupby(subject, observed=True, dropna=False).responded_at.shift(-1)
    return several.index[following - several.responded_at <= pd.Timedelta(days=1)]
