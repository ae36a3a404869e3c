"""Derived relations: one row per thing that is counted, with its clocks, blocks, dimensions and eligibility (SPEC 4.5).

A relation is a function from the facts (and its own parameters) to one or more physical sources with the same columns.
"""

from collections.abc import Callable, Mapping

from mittari.measure.relations.answers import answers, latest
from mittari.measure.relations.base import Facts, Source
from mittari.measure.relations.brand import brand_texts
from mittari.measure.relations.buyers import buyers
from mittari.measure.relations.complaints import complaints
from mittari.measure.relations.contacts import contacts
from mittari.measure.relations.customers import (
    contract_spans,
    customer_periods,
    customer_periods_by_orders,
    first_purchases,
)
from mittari.measure.relations.invitations import invitations
from mittari.measure.relations.low_scores import low_scores, reactions
from mittari.measure.relations.open_cases import open_cases
from mittari.measure.relations.orders import order_lines_eur
from mittari.measure.relations.promises import promise_outcomes
from mittari.measure.relations.texts import texts, topics
from mittari.measure.relations.waits import waits

RELATIONS: dict[str, Callable[..., Mapping[str, Source]]] = {
    "contacts": contacts,
    "waits": waits,
    "open_cases": open_cases,
    "complaints": complaints,
    "answers": answers,
    "latest_answers": latest,
    "invitations": invitations,
    "low_scores": low_scores,
    "reactions": reactions,
    "promise_outcomes": promise_outcomes,
    "contract_spans": contract_spans,
    "first_purchases": first_purchases,
    "customer_periods": customer_periods,
    "customer_periods_by_orders": customer_periods_by_orders,
    "buyers": buyers,
    "order_lines_eur": order_lines_eur,
    "texts": texts,
    "brand_texts": brand_texts,
    "topics": topics,
}

__all__ = ["RELATIONS", "Facts", "Source"]
