"""Contracts: churn whose hazard depends on what happened to the customer, returns, and yearly price changes."""

from dataclasses import dataclass

import numpy as np

from mittari.simulate.columns import DAY, NEVER, Block, Column, Columns, Floats, Ints, chosen, instants, keys, money
from mittari.simulate.customers import ID_WIDTH, Customers
from mittari.simulate.plan import Plan
from mittari.simulate.profile import CURRENCIES, Profile

END_REASONS = ("voluntary", "payment", "company", "closure")


@dataclass(frozen=True)
class Versions:
    """Contract versions: one row per price level of a customer's contract."""

    customer: Ints
    version: Ints
    country: Ints
    start: Ints
    end: Ints
    mrr: Floats
    reason: Ints


def churn_hazard(profile: Profile, customers: Customers) -> Floats:
    """The hazard of each customer in a month: proportional to what happened to them in the month before."""
    return profile.churn * np.exp(
        profile.log_hazard_slow * customers.slow
        + profile.log_hazard_broken * customers.broken
        + profile.log_hazard_satisfaction * customers.satisfaction
    )


def contracts(plan: Plan, customers: Customers, month: int, midnights: Ints) -> Versions:
    """Let the month's contracts end, return and change their price; the versions that ended in this month."""
    generator = plan.streams.of(month, "contracts")
    begin = int(midnights[0])
    _return(customers, int(midnights[-1]))
    standing = customers.active & (customers.contract_start < begin)
    hazard = churn_hazard(plan.profile, customers) * len(midnights) / 30.4375
    count = len(customers)
    leaves = standing & (generator.random(count) < 1.0 - np.exp(-hazard))
    days = midnights[generator.integers(0, len(midnights), count)]
    # The yearly price change, in the month of the year that the customer's number gives.
    old = customers.contract_start < begin - 200 * DAY
    changes = standing & ~leaves & old & (np.arange(count) % 12 == month % 12)
    changes &= days > begin
    factor = _price_factor(generator, customers)
    reason = generator.choice(4, count, p=[0.85, 0.08, 0.04, 0.03])
    gap = generator.integers(4, 80, count) * DAY
    returns = leaves & (generator.random(count) < 0.07)
    ended = np.flatnonzero(leaves | changes)
    versions = Versions(
        customer=ended,
        version=customers.version[ended],
        country=customers.country[ended],
        start=customers.contract_start[ended],
        end=days[ended],
        mrr=customers.mrr[ended],
        reason=np.where(leaves[ended], reason[ended], -1),
    )
    customers.version[changes] += 1
    customers.contract_start[changes] = days[changes]
    customers.mrr[changes] = np.round(customers.mrr[changes] * factor[changes], 2)
    customers.active[leaves] = False
    customers.restart[returns] = plan.midnights(days[returns] + gap[returns] + DAY // 2)
    _return(customers, int(midnights[-1]))  # some of them in the same month
    return versions


def _return(customers: Customers, last: int) -> None:
    """Customers who left and come back by the last midnight of the month begin a new contract."""
    back = ~customers.active & (customers.restart <= last)
    customers.active[back] = True
    customers.contract_start[back] = customers.restart[back]
    customers.version[back] += 1
    customers.restart[back] = NEVER


def _price_factor(generator: np.random.Generator, customers: Customers) -> Floats:
    """New price over old: mostly the yearly increase, at times a larger or a smaller contract."""
    count = len(customers)
    kind = generator.random(count)
    rise = 1.0 + generator.uniform(0.01, 0.05, count)
    grown = generator.uniform(1.15, 1.6, count)
    shrunk = generator.uniform(0.6, 0.9, count)
    return np.where(kind < 0.16, grown, np.where(kind < 0.26, shrunk, rise))


def running(customers: Customers) -> Versions:
    """The versions that run on after the month."""
    active = np.flatnonzero(customers.active)
    return Versions(
        customer=active,
        version=customers.version[active],
        country=customers.country[active],
        start=customers.contract_start[active],
        end=np.full(len(active), NEVER, dtype=np.int64),
        mrr=customers.mrr[active],
        reason=np.full(len(active), -1),
    )


def version_block(versions: Versions, names: Column) -> Block:
    """Versions as rows of `subscriptions`: running as long as their end has not come."""

    def render(rows: Ints, known: int) -> Columns:
        ended = versions.end[rows] < known
        return {
            "subscription_id": keys("s", versions.customer[rows] * 100 + versions.version[rows], ID_WIDTH + 2),
            "customer_id": names[versions.customer[rows]],
            "started_at": instants(versions.start[rows], NEVER),
            "ended_at": instants(versions.end[rows], known),
            "mrr": money(versions.mrr[rows]),
            "currency": chosen(CURRENCIES, versions.country[rows]),
            "end_reason": chosen(END_REASONS, np.where(ended, versions.reason[rows], -1)),
        }

    return Block("subscriptions", versions.start, (versions.end,), render)
