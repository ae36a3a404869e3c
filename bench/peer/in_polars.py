"""The questions of `bench/peers.py` as a user of polars would write them: lazy, collected together."""

from datetime import date, timedelta

import duckdb
import polars as pl
from polars import col

from peer import COLUMNS, FLAGS, WORDS, Values

WEEK = timedelta(days=7)


class Polars:
    """Frames with the columns asked about: words that repeat are categories, flags are booleans, ids are text."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.frames = {table: _frame(connection, table) for table in COLUMNS}

    def answer(self, first: date, end: date) -> Values:
        queries = [
            *conversations(self.frames["conversations"].lazy(), first, end),
            *calls(self.frames["calls"].lazy(), first, end),
            *answers(self.frames["responses"].lazy(), first, end),
        ]
        found: Values = {}
        for by_month in pl.collect_all(queries):
            for row in by_month.iter_rows(named=True):
                month = f"{row.pop('month'):%Y-%m}"
                found |= {(name, month): value for name, value in row.items()}
        return found


def _frame(connection: duckdb.DuckDBPyConnection, table: str) -> pl.DataFrame:
    frame = pl.DataFrame(connection.table(table).select(*COLUMNS[table]))
    flags = [col(name).fill_null(0).cast(pl.Boolean) for name in FLAGS if name in frame.columns]
    words = [col(name).cast(pl.Categorical) for name in WORDS if name in frame.columns]
    return frame.with_columns(*flags, *words)


def _by_month(rows: pl.LazyFrame, clock: str, first: date, end: date, *asked: pl.Expr) -> pl.LazyFrame:
    """What is asked of the rows whose local clock lies in the range, by month."""
    within = rows.filter(col(clock).is_between(pl.lit(first, pl.Datetime), pl.lit(end, pl.Datetime), closed="left"))
    return within.group_by(col(clock).dt.truncate("1mo").alias("month")).agg(*asked)


def _seconds(earlier: str, later: str) -> pl.Expr:
    return (col(later) - col(earlier)).dt.total_microseconds() / 1e6


def conversations(raw: pl.LazyFrame, first: date, end: date) -> list[pl.LazyFrame]:
    counted = ~col("is_spam") & ~col("is_test") & col("merged_into").is_null() & col("deleted_at").is_null()
    cases = raw.filter(counted & (col("channel") != "phone"))
    incoming = col("direction").fill_null("in") == "in"
    answered = col("answered_at").is_not_null()
    bot_only = col("bot_first") & col("handoff_at").is_null() & ~answered
    solved = (col("solved_last_at") > col("reopened_latest_at")).fill_null(col("solved_last_at").is_not_null())

    left = (col("abandoned_at") <= col("wait_started_at") + timedelta(seconds=10)).fill_null(False)
    short = ~answered & left
    due = ~bot_only & ~short & ~col("no_reply_needed")
    in_time = solved & (col("solved_last_at") <= col("opened_at") + WEEK)
    waited = _seconds("wait_started_at", "answered_at")
    by_people = incoming & (col("resolved_by") != "bot").fill_null(True)
    taken = _seconds("opened_at", "solved_last_at").filter(by_people)
    reopened = pl.coalesce("reopened_at", "reopened_latest_at")
    came_back = (reopened - col("solved_first_at") <= WEEK).fill_null(False) & ~col("reopen_is_trivial")
    return [
        _by_month(
            cases.filter(incoming), "opened_local", first, end,
            pl.len().alias("conversation_count"),
            answered.filter(due).mean().alias("response_rate"),
            in_time.fill_null(False).filter(~short).mean().alias("resolution_rate"),
        ),
        _by_month(
            cases.filter(incoming & ~bot_only & ~col("no_reply_needed") & answered), "wait_started_local", first, end,
            waited.median().alias("first_response_time"),
            waited.quantile(0.9, "linear").alias("first_response_time.p90"),
            waited.mean().alias("first_response_time.mean"),
        ),
        _by_month(
            cases.filter(solved), "solved_last_local", first, end,
            pl.len().alias("solved_count"), taken.median().alias("resolution_time"),
        ),
        _by_month(cases, "solved_first_local", first, end, came_back.mean().alias("reopen_rate")),
    ]  # fmt: skip


def calls(raw: pl.LazyFrame, first: date, end: date) -> list[pl.LazyFrame]:
    inbound = raw.filter((col("direction").fill_null("in") == "in") & ~col("is_test"))
    answered = col("outcome") == "answered"
    offered = answered | ((col("outcome") == "abandoned") & (col("wait_s") > 5))
    return [
        _by_month(
            inbound, "queued_local", first, end,
            col("wait_s").filter(answered).mean().alias("average_speed_of_answer"),
            (answered & (col("wait_s") <= 20)).filter(offered).mean().alias("service_level"),
            (~answered).filter(offered).mean().alias("call_abandonment_rate"),
        ),
        _by_month(
            inbound.filter(answered), "ended_local", first, end,
            (col("talk_s") + col("hold_s") + col("acw_s")).mean().alias("average_handle_time"),
        ),
    ]  # fmt: skip


def answers(raw: pl.LazyFrame, first: date, end: date) -> list[pl.LazyFrame]:
    genuine = raw.filter(~col("is_test") & ~col("is_repeat_press"))
    about = pl.coalesce("conversation_id", "order_id")
    csat = genuine.filter((col("kind") == "csat") & (about.is_not_null() | col("touchpoint_id").is_not_null()))
    scored = (col("answered") != 0).fill_null(True) & col("score").is_not_null()
    boxes = pl.when(col("scale_max") - col("scale_min") >= 3).then(2).otherwise(1)
    standing = csat.join(_edited(csat.with_columns(about=about)), on="response_id", how="anti")

    nps = genuine.filter(
        (col("kind") == "nps") & (col("nps_kind").fill_null("relationship") == "relationship") & scored
    )
    person = pl.coalesce("person_id", "response_id")
    latest = (
        nps.filter(
            col("responded_local").is_between(pl.lit(first, pl.Datetime), pl.lit(end, pl.Datetime), closed="left")
        )
        .group_by(col("responded_local").dt.truncate("1mo").alias("month"), person.alias("person"))
        .agg(col("score").get(col("responded_at").arg_max()))
    )
    net = (col("score") >= 9).cast(pl.Int32) - (col("score") <= 6).cast(pl.Int32)
    return [
        _by_month(
            standing.filter(scored), "responded_local", first, end,
            (col("score") > col("scale_max") - boxes).mean().alias("csat"),
            col("score").mean().alias("csat.mean"),
        ),
        latest.group_by("month").agg((100 * net.mean()).alias("nps")),
    ]  # fmt: skip


def _edited(csat: pl.LazyFrame) -> pl.LazyFrame:
    """Answers that the same person gave anew within a day, about the same conversation or order."""
    subject = ["survey_id", "about", "person_id"]
    known = csat.filter(col("person_id").is_not_null() & col("about").is_not_null())
    several = known.filter(pl.len().over(subject) > 1).sort("responded_at")
    following = col("responded_at").shift(-1).over(subject)
    return several.filter(following - col("responded_at") <= timedelta(days=1)).select("response_id")
