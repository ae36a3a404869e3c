"""Every golden record of the families is recomputed from its own components: value, error, bounds, method and flags."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mittari.measure.families import (
    FRACTION,
    NON_NEGATIVE,
    REALS,
    SCORE_100,
    Components,
    Count,
    Domain,
    Estimate,
    EuroSum,
    Growth,
    KaplanMeier,
    Mean,
    NetShare,
    Proportion,
    Quantile,
    Ratio,
    Stock,
    change,
    models,
)
from mittari.measure.families.quantiles import quantile_ranks
from mittari.measure.families.shares import net_share_deff, proportion_deff

GOLDEN: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "golden" / "golden.json").read_text(encoding="utf-8")
)

FAMILY_OF_KPI = {
    "Count": "conversation_count tag_conversation_count solved_count complaints_per_1000_customers "
    "churned_customer_count new_customer_count employee_turnover_rate",
    "Quantile": "first_response_time next_response_time requester_wait_time resolution_time feedback_delay",
    "Mean": "average_speed_of_answer conversation_duration average_handle_time service_quality_score "
    "product_quality_score expectation_gap relationship_score brand_image_score wallet_allocation_score "
    "customer_profitability",
    "Proportion": "service_level call_abandonment_rate chat_abandonment_rate response_rate sla_attainment_rate "
    "resolution_rate first_contact_resolution_rate first_contact_resolution_rate_survey repeat_contact_rate "
    "reopen_rate bot_resolution_rate promise_keeping_rate complaint_escalation_rate csat ces repurchase_intent "
    "willingness_to_pay_share survey_response_rate closed_loop_rate service_recovery_rate brand_attribute_match "
    "feedback_topic_share customer_retention_rate customer_churn_rate repeat_purchase_rate referral_share "
    "lead_conversion_rate sales_conversion_rate employee_retention_rate employee_satisfaction feedback_action_rate",
    "Newcombe": "csat_change",
    "NetShare": "nps net_sentiment enps",
    "NetShareDifference": "relative_nps",
    "KaplanMeier": "waiting_time",
    "Stock": "open_conversation_count open_conversation_age",
    "Growth": "complaint_growth_gap revenue_growth_rate",
    "Ratio": "gross_revenue_retention net_revenue_retention price_realization_rate cases_per_agent_hour occupancy_rate "
    "utilization_rate",
    "EuroSum": "churned_revenue service_attributed_revenue discount_leakage operating_cash_flow",
    "PopulationCount": "promoter_count",
    "ShareRatio": "brand_attribute_lift",
    "LifetimeValue": "customer_lifetime_value",
    "ExternalShare": "market_share",
    "CostQuotient": "cost_per_contact",
    "Described": "target_attainment_rate",
}
FAMILY_OF_OUTPUT = {
    "mean": "Mean",
    "median": "Quantile",
    "count": "Count",
    "share": "Proportion",
    "tag_conversation_count.untagged": "Proportion",
    "promise_keeping_rate.lateness_median": "Quantile",
    "expectation_gap.met_share": "Proportion",
    "wallet_allocation_score.first_choice": "Mean",
    "customer_profitability.unprofitable": "Proportion",
    "feedback_topic_share.change": "Newcombe",
    "service_recovery_rate.effect": "Newcombe",
    "complaint_growth_gap.gap": "Gap",
    "customer_lifetime_value.five_year": "FiveYears",
    "brand_attribute_lift.tone": "Tone",
    "promoter_count.observed": "Observed",
}
DOMAINS: dict[str, Domain] = {
    "expectation_gap": REALS,
    "customer_profitability": REALS,
    "operating_cash_flow": REALS,
    "discount_leakage.net": REALS,
    "gross_revenue_retention": FRACTION,
    "wallet_allocation_score": FRACTION,
    "service_quality_score": SCORE_100,
    "product_quality_score": SCORE_100,
    "relationship_score": SCORE_100,
    "brand_image_score": SCORE_100,
}


def family_of(name: str) -> str:
    """`kpi` or `kpi.output` -> family: by the output's full name, by the KPI's, or by what the output is called."""
    kpi, _, output = name.partition(".")
    if name in FAMILY_OF_OUTPUT:
        return FAMILY_OF_OUTPUT[name]
    if kpi not in ("waiting_time", "open_conversation_count", "open_conversation_age") and output in FAMILY_OF_OUTPUT:
        return FAMILY_OF_OUTPUT[output]
    return next(family for family, kpis in FAMILY_OF_KPI.items() if kpi in kpis.split())


def recomputed(name: str, record: dict[str, Any]) -> Estimate:
    """The record's estimate from its components, and from what a plan knows beside them: n, the domain, the period."""
    components: Components = record["components"]
    n, domain = record["n"], DOMAINS.get(name, DOMAINS.get(name.partition(".")[0], NON_NEGATIVE))
    first_day, _, last_day = record["call"]["period"].partition("..")
    families: dict[str, Callable[[], Estimate]] = {
        "Proportion": lambda: Proportion.estimate(components),
        "NetShare": lambda: NetShare.estimate(components),
        "Quantile": lambda: Quantile.from_values(components, record["value"], None, None),
        "Mean": lambda: Mean.estimate(components, domain=domain),
        "Ratio": lambda: Ratio.estimate(components, n=n, domain=domain),
        "Count": lambda: Count.estimate(components, one_day=first_day == last_day),
        "EuroSum": lambda: EuroSum.estimate(components, n=n, domain=domain),
        "Growth": lambda: Growth.estimate(components),
        "Gap": lambda: Growth.gap(components),
        "Stock": lambda: Stock.estimate(components, record["value"]),
        "KaplanMeier": lambda: KaplanMeier.estimate(components, 0.9 if name.endswith("p90") else 0.5),
        "Newcombe": lambda: change.newcombe(components),
        "NetShareDifference": lambda: change.net_share_difference(components),
        "PopulationCount": lambda: models.population_count(components),
        "ShareRatio": lambda: models.share_ratio(components),
        "LifetimeValue": lambda: models.lifetime_value(components),
        "FiveYears": lambda: models.lifetime_value_within(components),
        "ExternalShare": lambda: models.external_share(components, n=n),
        "CostQuotient": lambda: models.quotient(components, "cost", "n"),
        "Described": lambda: models.quotient(components, "k", "n"),
        "Tone": lambda: models.quotient(components, "sum", "n", low_n=30),
    }
    return families[family_of(name)]()


def same(found: Any, expected: Any) -> bool:
    return bool(found == pytest.approx(expected, rel=1e-6, abs=1e-9)) if expected is not None else found is None


IN_THE_ROWS = ("Quantile", "Observed")
"""Families whose value is in the rows and not in the components: the rows have their own test."""

RECORDS = {key: record for key, record in GOLDEN.items() if record.get("components")}
RECOMPUTABLE = [key for key in RECORDS if family_of(key.partition("@")[0]) not in IN_THE_ROWS]
WITH_DEFF = [key for key, record in RECORDS.items() if {"deff", "Sx"} <= record["components"].keys()]
WITH_RANKS = [key for key, record in RECORDS.items() if "rank_low" in record["components"]]


@pytest.mark.parametrize("key", RECOMPUTABLE)
def test_a_golden_record_follows_from_its_components(key: str) -> None:
    name, record = key.partition("@")[0], GOLDEN[key]
    estimate = recomputed(name, record)
    if name == "customer_churn_rate.annualised":
        days = {"2025-03": 31, "2025-06": 30}[record["call"]["period"]]
        estimate = estimate.mapped(lambda monthly: 1.0 - (1.0 - monthly) ** (365.25 / days))
    found = {field: getattr(estimate, field) for field in ("value", "se", "ci_low", "ci_high", "n")}
    assert not {field: (each, record[field]) for field, each in found.items() if not same(each, record[field])}
    assert estimate.ci_method == record["ci_method"]
    assert list(estimate.flags) == [flag for flag in record["flags"] if flag != "mixed_scale"]


@pytest.mark.parametrize("key", WITH_DEFF)
def test_a_golden_design_effect_follows_from_its_block_sums(key: str) -> None:
    components = GOLDEN[key]["components"]
    deff = net_share_deff(components) if "k_pos" in components else proportion_deff(components)
    assert same(deff, components["deff"])


@pytest.mark.parametrize("key", WITH_RANKS)
def test_golden_ranks_follow_from_n_q_and_deff(key: str) -> None:
    found = GOLDEN[key]["components"]
    assert quantile_ranks(int(found["n"]), found["q"], found["deff"]) == (found["rank_low"], found["rank_high"])


@pytest.mark.parametrize("key", [key for key, record in GOLDEN.items() if record.get("status") == "no_data"])
def test_a_golden_record_without_components_is_no_data(key: str) -> None:
    record = GOLDEN[key]
    estimate = recomputed(key.partition("@")[0], record)
    assert estimate.no_data
    assert (estimate.value, estimate.n, list(estimate.flags)) == (record["value"], record["n"], record["flags"])


def test_every_kpi_of_the_catalogue_has_a_golden_family() -> None:
    kpis = {key.partition("@")[0].partition(".")[0] for key, record in GOLDEN.items() if "components" in record}
    assert len(kpis) == 79
    assert {kpi for names in FAMILY_OF_KPI.values() for kpi in names.split()} == kpis
