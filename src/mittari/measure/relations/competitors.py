"""How the same people rate us and others: `brand_ratings` for recommendation, `brand_ranks` for the order of choice.

Of a person's ratings of one brand the latest of the period counts. All our own brands are one.
"""

from collections.abc import Mapping

import ibis
from ibis.expr import types as ir

from mittari.measure.relations.base import Facts, Source, as_of, flag, periods_table, true

NOT_BEST = {"another": "another competitor than the one compared with"}
NOT_OURS = {"stranger": "does not use our brand"}
OWN = "\x01own"


def brand_ratings(facts: Facts, *, competitor: str = "") -> Mapping[str, Source]:
    """One row per person and brand, of ours and of the competitor with the best net share, or the one named.

    Where nobody was asked about competitors in a period, published figures of it stand in, a row for each person they
    speak of. `own_sign` is how the same person rated us.
    """
    rated = _ratings(facts, "nps")
    others = _signed(rated.filter(~rated.own & ((rated.brand == competitor) if competitor else True)))
    asked = rated.filter(~rated.own).select("period").distinct()
    published = _published(facts, competitor).anti_join(asked, "period")
    shares = others.group_by("period", "brand").agg(net=others.sign.mean(), n=others.count())
    shares = shares.union(published.select("period", brand=published.entity, net=published.net, n=published.n))
    best = shares.group_by("period").agg(
        best=shares.brand.argmax(ibis.struct({"net": shares.net, "n": shares.n, "brand": shares.brand}))
    )
    best = best.rename(best_period="period")
    people = _signed(rated)
    people = people.left_join(best, people.period == best.best_period).drop("best_period")
    ours = people.filter(people.own).select(of_period="period", of_person="respondent_id", own_sign="sign")
    people = people.left_join(ours, [people.period == ours.of_period, people.respondent_id == ours.of_person])
    people = people.drop("of_period", "of_person").mutate(rival=true(~people.own & (people.brand == people.best)))
    people = people.mutate(another=~people.own & ~people.rival)
    strangers = published.join(best, [published.period == best.best_period, published.entity == best.best])
    rows = people.select(*COLUMNS).union(_people_of(strangers).select(*COLUMNS))
    rows = rows.mutate(eligible=~rows.another)
    return {"written": _source(rows, ("competitor_ratings", "benchmarks"), NOT_BEST)}


COLUMNS = (
    "period",
    "key",
    "person_id",
    "asked_at",
    "asked_local",
    "brand",
    "own",
    "rival",
    "another",
    "sign",
    "own_sign",
)


def brand_ranks(facts: Facts) -> Mapping[str, Source]:
    """One row per person: the `share` of spending that our rank among the brands they use lets expect (The Wallet
    Allocation Rule, ties averaged), and our part of the first place."""
    rated = _ratings(facts, "wallet")
    ours = rated.filter(rated.own).select(of_period="period", of_person="respondent_id", ours="score")
    rated = rated.left_join(ours, [rated.period == ours.of_period, rated.respondent_id == ours.of_person])
    people = rated.group_by("period", "respondent_id").agg(
        asked_at=rated.asked_at.max(),
        asked_local=rated.asked_local.max(),
        stranger=rated.ours.isnull().all(),
        brands=rated.count().cast("float64"),
        above=rated.count(where=rated.score > rated.ours).cast("float64"),
        level=rated.count(where=rated.score == rated.ours).cast("float64"),
    )
    rank = people.above + (people.level + 1.0) / 2.0
    people = people.mutate(
        key=people.respondent_id,
        person_id=people.respondent_id,
        share=(1.0 - rank / (people.brands + 1.0)) * 2.0 / people.brands,
        first=(people.above == 0).ifelse(1.0 / people.level, 0.0),
        eligible=~people.stranger,
    )
    return {"written": _source(people, ("competitor_ratings",), NOT_OURS)}


def _source(rows: ir.Table, tables: tuple[str, ...], left_out: Mapping[str, str]) -> Source:
    return Source(rows=rows, tables=tables, key="key", left_out=left_out, customer=None, periodic=True)


def _ratings(facts: Facts, category: str) -> ir.Table:
    """The latest rating of each brand by each person in each period of the call."""
    raw, periods = facts.table("competitor_ratings"), periods_table()
    raw = raw.filter((raw.category == category) & (raw.asked_at <= as_of()))
    rows = raw.join(periods, [raw.asked_at >= periods.p0, raw.asked_at < periods.p1])
    rows = rows.mutate(own=flag(rows.is_own))
    rows = rows.mutate(brand=rows.own.ifelse(ibis.literal(OWN), rows.brand))
    latest = rows.group_by("period", "respondent_id", "brand", "own").agg(
        score=rows.score.argmax(rows.asked_at),
        asked_at=rows.asked_at.max(),
        # the wall clock of the period's first midnight: it only shows when, and puts nothing into a day
        asked_local=(rows.asked_at + (rows.first_day.cast("timestamp") - rows.p0)).max(),
    )
    return latest.mutate(key=latest.respondent_id + " " + latest.brand, person_id=latest.respondent_id)


def _signed(rows: ir.Table) -> ir.Table:
    """+1 who recommends (9, 10), -1 who warns (0 to 6)."""
    return rows.mutate(sign=(rows.score >= 9).ifelse(1.0, (rows.score <= 6).ifelse(-1.0, 0.0)))


def _published(facts: Facts, competitor: str) -> ir.Table:
    """Figures about competitors for exactly a period of the call, where they say how many said what."""
    raw, periods = facts.table("benchmarks"), _named_periods()
    raw = raw.filter((raw.kind == "competitor_nps") & raw.k_pos.notnull() & raw.k_neg.notnull() & (raw.n > 0))
    if competitor:
        raw = raw.filter(raw.entity == competitor)
    rows = raw.rename(named="period").join(periods, "named")
    each = rows.group_by("period", "p0", "first_day", "entity").agg(
        k_pos=_whole(rows.k_pos), k_neg=_whole(rows.k_neg), n=_whole(rows.n)
    )
    return each.mutate(net=(each.k_pos - each.k_neg) / each.n)


def _whole(numbers: ir.IntegerColumn) -> ir.Value:
    """Their sum. DuckDB sums whole numbers into a wider type than Ibis knows of; by way of a double it fits again."""
    return numbers.sum().cast("float64").cast("int64")


def _named_periods() -> ir.Table:
    """The periods of the call that are a month, a quarter or a year, with their usual names."""
    periods = periods_table()
    month, year = periods.first_day.strftime("%Y-%m"), periods.first_day.strftime("%Y")
    lasts = {months: periods.end_day == periods.first_day + ibis.interval(months=months) for months in (1, 3, 12)}
    quarter = year + "-Q" + periods.first_day.quarter().cast("string")
    begins = (periods.first_day.month() - 1) % 3 == 0
    named = ibis.cases(
        (lasts[1], month), (lasts[3] & begins, quarter), (lasts[12] & (periods.first_day.month() == 1), year)
    )
    return periods.select("period", "p0", "first_day", named=named)


def _people_of(published: ir.Table) -> ir.Table:
    """A row for each person that a published figure speaks of."""
    rows = published.mutate(place=ibis.range(0, published.n).unnest())
    return rows.mutate(
        key=rows.entity + " " + rows.place.cast("string"),
        person_id=ibis.null("string"),
        asked_at=rows.p0,
        asked_local=rows.first_day.cast("timestamp"),
        brand=rows.entity,
        own=ibis.literal(False),
        rival=ibis.literal(True),
        another=ibis.literal(False),
        sign=ibis.cases((rows.place < rows.k_pos, 1.0), (rows.place < rows.k_pos + rows.k_neg, -1.0), else_=0.0),
        own_sign=ibis.null("float64"),
    )
