"""What figures are held against: outside values, targets, changes made, words the brand wants to hear."""

from mittari.facts.columns import choice, flag, must
from mittari.facts.model import Column, Table

benchmarks = Table(
    name="benchmarks",
    grain="one outside value for one period",
    key=("kind", "entity", "period", "source"),
    when=None,
    columns=(
        must(
            "kind",
            "enum",
            "What the value is.",
            values=("market_size", "competitor_nps", "competitor_csat", "index"),
        ),
        must("entity", "text", "The market, competitor or index it is about."),
        must("period", "text", "The period it holds for, written as periods are: 2026, 2026-Q3, 2026-10."),
        must("value", "float", "The value."),
        Column("unit", "text", "Unit of the value."),
        Column("currency", "text", "Currency of a value in money.", code="currency"),
        Column("n", "int", "How many people were asked.", minimum=0),
        Column("k_pos", "int", "How many of them answered positively, such as promoters.", minimum=0),
        Column("k_neg", "int", "How many of them answered negatively, such as detractors.", minimum=0),
        Column("source", "text", "Who published it."),
        Column("error_pct", "float", "Margin of error of the value.", unit="percent", minimum=0),
    ),
)

targets = Table(
    name="targets",
    grain="the target of one KPI, for one slice, from one day on",
    key=("kpi_id", "slice", "valid_from"),
    when=None,
    columns=(
        must("kpi_id", "id", "The KPI, or one output of it after a dot."),
        Column("slice", "text", "The slice it holds for, such as channel=chat; empty: the whole."),
        must("value", "float", "The target in the unit of the KPI, a share as a fraction; lower end of a band."),
        Column("value_high", "float", "Upper end of a band."),
        choice("direction", ("up", "down", "band"), "Whether more is better, less is better, or between is right."),
        Column("source", "text", "Where the target comes from."),
        Column("valid_from", "date", "First day it holds."),
        Column("owner", "text", "Who answers for it."),
        Column("decision", "text", "The decision the KPI serves."),
    ),
)

interventions = Table(
    name="interventions",
    grain="one change made to the service",
    key=("intervention_id",),
    when="started_at",
    spans=(("started_at", "ended_at"),),
    columns=(
        must("intervention_id", "id", "The change."),
        must("name", "text", "What was changed."),
        must("started_at", "ts", "When it took effect."),
        Column("ended_at", "ts", "When it was undone; empty while it lasts."),
        Column("scope", "text", "The slice it touches, such as channel=phone; empty: everything."),
        Column("expected_kpi", "id", "The KPI it should move."),
        choice("expected_sign", ("+", "-"), "Whether that KPI should rise or fall."),
        Column("control_scope", "text", "The slice it leaves alone, to compare with."),
    ),
)

brand_terms = Table(
    name="brand_terms",
    grain="one attribute of the brand in one language",
    key=("attribute", "lang"),
    when=None,
    columns=(
        must("attribute", "text", "The attribute, such as reliable."),
        flag("expected", "1 when the brand wants to be described so."),
        Column("target_share", "float", "The share of comments that should say so.", minimum=0, maximum=1),
        must("lang", "text", "Language of the words as a BCP 47 tag."),
        must("lemmas", "text", "The words that say so, in their dictionary form, separated by spaces."),
        Column("polarity", "int", "1 when the words praise, -1 when they blame.", minimum=-1, maximum=1),
    ),
)
