"""Customers: who they are, how satisfied they really are, and what their contract is at the moment."""

from dataclasses import dataclass, fields

import numpy as np

from mittari.simulate.columns import (
    DAY,
    NEVER,
    Block,
    Bools,
    Column,
    Columns,
    Floats,
    Ints,
    chosen,
    flags,
    instants,
    keys,
)
from mittari.simulate.plan import Plan
from mittari.simulate.profile import COUNTRIES, LANGUAGES, SEGMENTS

ACQUISITION = ("referral", "ad", "organic", "sales", "partner", "unknown")
ID_WIDTH = 7
UNITS = np.array([1.0, 11.6, 11.2])  # local price level by country, in the order of COUNTRIES


@dataclass
class Customers:
    """One element per customer, in the order of their coming. Changed from month to month by the world.

    `satisfaction` is latent, in standard deviations around the company's mean; it returns to `temper`, the customer's
    own level. `slow` and `broken` say what happened to the customer in the month before: they drive the churn hazard.
    """

    segment: Ints
    country: Ints
    language: Ints
    acquired: Ints
    acquisition: Ints
    referrer: Ints
    consent: Bools
    temper: Floats
    satisfaction: Floats
    talkative: Floats
    buying: Floats
    active: Bools
    contract_start: Ints
    version: Ints
    mrr: Floats
    restart: Ints
    slow: Bools
    broken: Bools
    broken_later: Bools

    def __len__(self) -> int:
        return len(self.segment)

    def join(self, others: "Customers") -> None:
        """Add customers behind those that are known."""
        for one in fields(self):
            setattr(self, one.name, np.concatenate([getattr(self, one.name), getattr(others, one.name)]))

    def names(self) -> Column:
        """The customer_id of each customer, and None at the end, for the number -1."""
        return np.concatenate([keys("c", np.arange(len(self)), ID_WIDTH), np.array([None], dtype=object)])


def newcomers(generator: np.random.Generator, acquired: Ints, known: int) -> Customers:
    """Customers won at the given instants; `known` is how many there are already (they may have referred these)."""
    count = len(acquired)
    segment = (generator.random(count) < 0.22).astype(np.int64)
    country = generator.choice(3, count, p=[0.72, 0.14, 0.14])
    # A tenth writes English; in Finland a twentieth Swedish.
    tongue = generator.random(count)
    language = np.where(tongue < 0.10, 3, np.where((country == 0) & (tongue > 0.95), 2, country))
    source = generator.choice(len(ACQUISITION), count, p=[0.19, 0.30, 0.26, 0.12, 0.07, 0.06])
    referrer = np.where((source == 0) & (known > 0), generator.integers(0, max(known, 1), count), -1)
    temper = generator.normal(0, 0.8, count)
    price = np.where(segment == 1, 380.0, 39.0) * np.exp(generator.normal(0, 0.45, count))
    no = np.zeros(count, dtype=np.bool_)
    return Customers(
        segment=segment,
        country=country,
        language=language,
        acquired=acquired,
        acquisition=source,
        referrer=referrer,
        consent=generator.random(count) < 0.88,
        temper=temper,
        satisfaction=temper.copy(),
        talkative=generator.gamma(1.6, 1.0, count) * np.where(segment == 1, 1.8, 1.0),
        buying=generator.gamma(2.0, 0.5, count) * np.where(segment == 1, 2.2, 1.0),
        active=~no,
        contract_start=acquired.copy(),
        version=np.ones(count, dtype=np.int64),
        mrr=np.round(price * UNITS[country], 2),
        restart=np.full(count, NEVER, dtype=np.int64),
        slow=no.copy(),
        broken=no.copy(),
        broken_later=no.copy(),
    )


def first_customers(plan: Plan) -> Customers:
    """The customers the company begins with, won over the eight years before."""
    generator = plan.streams.of(0, "customers")
    days = generator.integers(5, 8 * 365, plan.customers)
    begin_day = plan.clock.day(plan.begin).toordinal()
    # Local midnights: contracts begin with a day. Far fewer distinct days than customers.
    unique, place = np.unique(days, return_inverse=True)
    midnights = np.array([plan.clock.midnight(plan.start.fromordinal(begin_day - int(day))) for day in unique])
    customers = newcomers(generator, midnights[place].astype(np.int64), 0)
    # A year of life with the company: satisfaction starts near where it would have settled.
    customers.satisfaction += generator.normal(0.0, 0.3, plan.customers)
    return customers


def acquire(plan: Plan, customers: Customers, month: int, midnights: Ints) -> Ints:
    """Win the month's new customers; their numbers."""
    generator = plan.streams.of(month, "acquire")
    share = len(midnights) / 30.4375
    count = int(generator.poisson(plan.profile.acquisition * plan.customers * share))
    acquired = np.sort(midnights[generator.integers(0, len(midnights), count)])
    known = len(customers)
    customers.join(newcomers(generator, acquired, known))
    return np.arange(known, known + count)


def customer_block(customers: Customers, numbers: Ints, names: Column) -> Block:
    """The rows of some customers in the table `customers`; each is seen from the day it was won."""
    taken = {one.name: getattr(customers, one.name)[numbers].copy() for one in fields(customers)}

    def render(rows: Ints, _known: int) -> Columns:
        acquired = taken["acquired"][rows]
        return {
            "customer_id": names[numbers[rows]],
            "account_id": keys("a", numbers[rows], ID_WIDTH),
            "segment": chosen(SEGMENTS, taken["segment"][rows]),
            "country": chosen(COUNTRIES, taken["country"][rows]),
            "lang": chosen(LANGUAGES, taken["language"][rows]),
            "first_seen_at": instants(acquired - 3 * DAY, NEVER),
            "acquired_at": instants(acquired, NEVER),
            "acquisition_channel": chosen(ACQUISITION, taken["acquisition"][rows]),
            "referred_by": names[taken["referrer"][rows]],
            "contact_consent": flags(taken["consent"][rows]),
            "is_test": np.zeros(len(rows), dtype=np.int8),
        }

    return Block("customers", taken["acquired"], (), render)
