"""Surveys: what customers feel, who is asked, who answers, and what they write."""

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
    constant,
    instants,
    keys,
)
from mittari.simulate.profile import CHANNELS, LANGUAGES, TEAMS
from mittari.simulate.scene import Rows, Scene, stacked, taken
from mittari.simulate.words import comments

KINDS = ("csat", "ces", "resolved", "nps")
CSAT, CES, RESOLVED, NPS = range(4)
SCALES = ((1.0, 5.0), (1.0, 7.0), (0.0, 1.0), (0.0, 10.0))  # by the order of KINDS
# Answers are an ordered logit of the latent feeling: logistic noise of standard deviation 1.
NOISE = 0.5513
# Latent feeling above which each next point of the scale is given.
CSAT_STEPS = np.array([-3.00, -2.30, -1.58, -0.33])
CES_STEPS = np.array([-3.0, -2.5, -2.0, -1.45, -0.75, 0.35])
NPS_STEPS = np.array([-3.6, -3.2, -2.9, -2.6, -2.3, -1.95, -1.50, -0.97, -0.07, 0.80])


def feeling(scene: Scene, rows: Rows) -> Floats:
    """The latent feeling about a contact: satisfaction, the wait against what is slow, the solution, the agent."""
    limit = np.array(scene.plan.profile.slow_after)[rows["channel"]]
    wait = np.where(rows["bot_solved"], 0, np.clip(rows["answered"] - rows["wait_start"], 0, None)) / limit
    bot = np.where(rows["bot_solved"], -0.15, 0.25 * scene.skills[rows["solver"]])
    settled = np.where(rows["settled_truly"], 0.15, -1.1)
    impatience = -0.75 * np.log1p(np.minimum(wait, 20.0))
    person = 0.8 * scene.satisfaction(rows["customer"])
    return np.asarray(person + impatience + bot + settled - 0.6 * rows["complaint"])


def top_chance(latent: Floats) -> Floats:
    """The chance that a feeling becomes a 4 or a 5: the logistic distribution above the step."""
    return np.asarray(1.0 / (1.0 + np.exp((CSAT_STEPS[2] - latent) / NOISE)))


def contact_surveys(scene: Scene, contacts: Rows) -> tuple[Rows, Rows]:
    """Invitations and answers about contacts of this month: (invitations, answers)."""
    generator = scene.generator("surveys")
    profile = scene.plan.profile
    customer = contacts["customer"]
    asked = (contacts["solved_first"] < NEVER) & (customer >= 0) & ~contacts["test"] & ~contacts["outbound"]
    asked &= generator.random(len(customer)) < profile.csat_invited
    numbers = np.flatnonzero(asked)
    rows = taken(contacts, numbers)
    latent = feeling(scene, rows)
    count = len(numbers)
    nps = generator.random(count) < 0.18  # these get the recommendation question instead
    sent = rows["solved_first"] + generator.integers(60, 3_600, count)
    delivered = generator.random(count) >= 0.012
    # Whoever feels strongly answers a little more often, the dissatisfied most: a real bias, reported by truth().
    chance = profile.csat_answered * np.where(latent < -1.6, 1.25, 1.0)
    answers = delivered & (generator.random(count) < chance)
    reply = sent + np.minimum(np.exp(generator.normal(np.log(9_000), 1.6, count)), 13 * DAY).astype(np.int64)
    invites: Rows = {
        "kind": np.where(nps, NPS, CSAT),
        "customer": rows["customer"],
        "conversation": numbers,
        "touch": rows["solved_first"],
        "sent": sent,
        "responded": np.where(answers, reply, NEVER),
        "delivered": delivered,
        "relationship": np.zeros(count, dtype=np.bool_),
        # Whoever recommends thinks of more than this contact.
        "latent": latent + 0.3 * nps,
        "agent": np.where(rows["bot_solved"], -1, rows["solver"]),
        "team": np.where(rows["bot_solved"], -1, rows["team"]),
        "channel": rows["channel"].astype(np.int64),
        "settled": rows["settled_truly"],
    }
    return invites, answered(generator, invites)


def relationship_surveys(scene: Scene, midnights: Ints, first_number: int) -> tuple[Rows, Rows]:
    """The month's share of the customers is asked about the whole relation; their invitations are numbered on."""
    generator = scene.generator("relationship")
    customers = scene.customers
    every = 12 // scene.plan.profile.nps_rounds
    turn = np.arange(len(customers)) % every == scene.month % every
    number = np.flatnonzero(customers.active & turn & scene.settled_in)
    count = len(number)
    sent = midnights[generator.integers(0, len(midnights), count)] + 9 * 3_600 + generator.integers(0, 1_800, count)
    answers = generator.random(count) < scene.plan.profile.nps_answered
    reply = sent + np.minimum(np.exp(generator.normal(np.log(30_000), 1.4, count)), 13 * DAY).astype(np.int64)
    nothing = np.full(count, -1, dtype=np.int64)
    invites: Rows = {
        "kind": np.full(count, NPS),
        "customer": number,
        "conversation": nothing,
        "touch": np.full(count, NEVER, dtype=np.int64),
        "sent": sent,
        "responded": np.where(answers, reply, NEVER),
        "delivered": np.ones(count, dtype=np.bool_),
        "relationship": np.ones(count, dtype=np.bool_),
        "latent": 0.85 * customers.satisfaction[number],
        "agent": nothing,
        "team": nothing,
        "channel": nothing,
        "settled": np.ones(count, dtype=np.bool_),
    }
    return invites, answered(generator, invites, first_number)


def answered(generator: np.random.Generator, invites: Rows, first_number: int = 0) -> Rows:
    """The answers to invitations: of a contact the main question, and effort and solution for some."""
    which = np.flatnonzero(invites["responded"] < NEVER)
    base = {**taken(invites, which), "invite": which + first_number}
    noise = generator.logistic(0, NOISE, len(which))
    base["score"] = _scored(base["kind"], base["latent"] + noise)
    base["open"] = generator.random(len(which)) < 0.015  # sent in with this question left open
    contact = ~base["relationship"]
    effort = taken(base, contact & (generator.random(len(which)) < 0.45))
    effort["kind"] = np.full(len(effort["sent"]), CES)
    effort["score"] = _scored(effort["kind"], effort["latent"] + generator.logistic(0, NOISE, len(effort["sent"])))
    solution = taken(base, contact & (generator.random(len(which)) < 0.45))
    count = len(solution["sent"])
    solution["kind"] = np.full(count, RESOLVED)
    mistaken = generator.random(count) < 0.06
    solution["score"] = (solution["settled"] ^ mistaken).astype(np.float64)
    return stacked([base, effort, solution])


def _scored(kind: Ints, latent: Floats) -> Floats:
    score = np.searchsorted(NPS_STEPS, latent).astype(np.float64)
    score = np.where(kind == CSAT, 1.0 + np.searchsorted(CSAT_STEPS, latent), score)
    return np.asarray(np.where(kind == CES, 1.0 + np.searchsorted(CES_STEPS, latent), score))


def invite_block(rows: Rows, month: str, names: Column) -> Block:
    """Invitations as rows of `survey_invites`."""

    def render(which: Ints, _known: int) -> Columns:
        part = taken(rows, which)
        return {
            "invite_id": keys(f"i{month}", which, 7),
            "survey_id": chosen(("contact", "relationship"), part["relationship"].astype(np.int64)),
            "kind": chosen(KINDS, part["kind"]),
            "customer_id": names[part["customer"]],
            "conversation_id": keys(f"v{month}", part["conversation"], 7),
            "touch_at": instants(part["touch"], NEVER),
            "sent_at": instants(part["sent"], NEVER),
            "delivered": part["delivered"].astype(np.int8),
            "source": constant("email", len(which)),
            "is_test": np.zeros(len(which), dtype=np.int8),
        }

    return Block("survey_invites", rows["sent"], (), render)


def response_block(rows: Rows, month: str, names: Column, agents: Column, language: Ints) -> Block:
    """Answers as rows of `responses`; agent, team and channel as they were when the contact ended."""

    def render(which: Ints, _known: int) -> Columns:
        part = taken(rows, which)
        low, high = (np.array(side)[part["kind"]] for side in zip(*SCALES, strict=True))
        nps: Bools = part["kind"] == NPS
        form = np.where(nps, part["relationship"], -1).astype(np.int64)
        tongue = language[part["customer"]]
        return {
            "response_id": keys(f"r{month}", which, 7),
            "invite_id": keys(f"i{month}", part["invite"], 7),
            "survey_id": chosen(("contact", "relationship"), part["relationship"].astype(np.int64)),
            "kind": chosen(KINDS, part["kind"]),
            "customer_id": names[part["customer"]],
            "conversation_id": keys(f"v{month}", part["conversation"], 7),
            "sent_at": instants(part["sent"], NEVER),
            "touch_at": instants(part["touch"], NEVER),
            "responded_at": instants(part["responded"], NEVER),
            "score": np.where(part["open"], np.nan, part["score"]),
            "answered": (~part["open"]).astype(np.int8),
            "scale_min": low,
            "scale_max": high,
            "nps_kind": chosen(("transactional", "relationship"), form),
            "text": comments(part["kind"], part["score"], tongue, which),
            "lang": chosen(LANGUAGES, tongue),
            "source": constant("email", len(which)),
            "agent_id": agents[part["agent"]],
            "team_id": chosen(TEAMS, part["team"]),
            "channel": chosen(CHANNELS, part["channel"]),
            "is_test": np.zeros(len(which), dtype=np.int8),
        }

    return Block("responses", rows["responded"], (), render)
