"""Derived relations: one row per thing that is counted, with its clocks, blocks, dimensions and eligibility (SPEC 4.5).

A relation is a function from the facts (and its own parameters) to one or more physical sources with the same columns.
"""

from collections.abc import Callable, Mapping

from mittari.measure.relations.acquisitions import acquisitions
from mittari.measure.relations.agent_days import agent_days
from mittari.measure.relations.answers import answers, latest
from mittari.measure.relations.base import Facts, Source
from mittari.measure.relations.brand import brand_texts
from mittari.measure.relations.buyers import buyers
from mittari.measure.relations.cash import cash_lines_eur
from mittari.measure.relations.chats import chats
from mittari.measure.relations.competitors import brand_ranks, brand_ratings
from mittari.measure.relations.complaints import complaints
from mittari.measure.relations.contacts import contacts
from mittari.measure.relations.costs import service_costs
from mittari.measure.relations.credits import credited_contacts, credited_orders
from mittari.measure.relations.customers import (
    buying_spans,
    contract_spans,
    customer_periods,
    customer_periods_by_orders,
    first_purchases,
)
from mittari.measure.relations.employment import separations, staff_periods
from mittari.measure.relations.goals import goals
from mittari.measure.relations.invitations import invitations
from mittari.measure.relations.low_scores import low_scores, reactions
from mittari.measure.relations.margins import customer_margins, customer_margins_at_cost
from mittari.measure.relations.market import market_lines
from mittari.measure.relations.next_waits import next_waits
from mittari.measure.relations.open_cases import open_cases
from mittari.measure.relations.orders import order_lines_eur
from mittari.measure.relations.person_scores import expectation_gaps, person_scores
from mittari.measure.relations.price_mix import lines_against
from mittari.measure.relations.promises import promise_outcomes
from mittari.measure.relations.replies import replied_contacts
from mittari.measure.relations.returns import bot_contacts, first_contacts
from mittari.measure.relations.revenue import revenue_lines
from mittari.measure.relations.sla_instances import sla_instances
from mittari.measure.relations.status_spans import status_spans
from mittari.measure.relations.tagged import tag_pairs, tagged_contacts
from mittari.measure.relations.texts import texts, topics
from mittari.measure.relations.waits import waits
from mittari.measure.relations.worth import customer_worth, customer_worth_given

RELATIONS: dict[str, Callable[..., Mapping[str, Source]]] = {
    "contacts": contacts,
    "waits": waits,
    "open_cases": open_cases,
    "bot_contacts": bot_contacts,
    "chats": chats,
    "credited_contacts": credited_contacts,
    "credited_orders": credited_orders,
    "first_contacts": first_contacts,
    "replied_contacts": replied_contacts,
    "tagged_contacts": tagged_contacts,
    "tag_pairs": tag_pairs,
    "complaints": complaints,
    "answers": answers,
    "latest_answers": latest,
    "invitations": invitations,
    "low_scores": low_scores,
    "reactions": reactions,
    "person_scores": person_scores,
    "expectation_gaps": expectation_gaps,
    "brand_ratings": brand_ratings,
    "brand_ranks": brand_ranks,
    "goals": goals,
    "promise_outcomes": promise_outcomes,
    "contract_spans": contract_spans,
    "buying_spans": buying_spans,
    "first_purchases": first_purchases,
    "customer_periods": customer_periods,
    "customer_periods_by_orders": customer_periods_by_orders,
    "buyers": buyers,
    "order_lines_eur": order_lines_eur,
    "lines_against": lines_against,
    "cash_lines_eur": cash_lines_eur,
    "revenue_lines": revenue_lines,
    "acquisitions": acquisitions,
    "service_costs": service_costs,
    "market_lines": market_lines,
    "customer_margins": customer_margins,
    "customer_margins_at_cost": customer_margins_at_cost,
    "customer_worth": customer_worth,
    "customer_worth_given": customer_worth_given,
    "agent_days": agent_days,
    "separations": separations,
    "next_waits": next_waits,
    "sla_instances": sla_instances,
    "status_spans": status_spans,
    "staff_periods": staff_periods,
    "texts": texts,
    "brand_texts": brand_texts,
    "topics": topics,
}

__all__ = ["RELATIONS", "Facts", "Source"]
