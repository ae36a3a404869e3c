"""Written conversations: what becomes of a message from its first second to its last solution."""

import numpy as np

from mittari.simulate.columns import DAY, NEVER, Bools, Floats, Ints
from mittari.simulate.profile import CHAT, EMAIL, FORM, SOCIAL, TEAM_OF_CHANNEL
from mittari.simulate.scene import Rows, Scene
from mittari.simulate.waits import bot_hand_off, written_waits

LAST = 45 * DAY  # nothing happens to a conversation later than this after its creation


def converse(scene: Scene, arrivals: Rows, purpose: str) -> Rows:
    """The whole story of written contacts, as if the future were known."""
    generator = scene.generator(f"written {purpose}")
    rows = dict(arrivals)
    _kinds(scene, rows, generator)
    bot_hand_off(scene, rows, generator)
    written_waits(scene, rows, generator)
    _people(scene, rows, generator)
    _solution(scene, rows, generator)
    _after(scene, rows, generator)
    _escalation(rows, generator)
    return rows


def _kinds(scene: Scene, rows: Rows, generator: np.random.Generator) -> None:
    """Spam, tests, what the company wrote itself, posts that ask nothing, complaints."""
    count = len(rows["at"])
    channel = rows["channel"]
    draw = generator.random((4, count))
    first = ~rows["repeat"]
    rows["spam"] = first & (draw[0] < np.where((channel == EMAIL) | (channel == FORM), 0.02, 0.004))
    rows["test"] = first & (draw[1] < 0.0008)
    rows["outbound"] = first & ~rows["spam"] & (channel != CHAT) & (channel != SOCIAL) & (draw[2] < 0.02)
    rows["no_reply"] = first & ~rows["spam"] & (channel == SOCIAL) & (draw[2] < 0.12)
    annoyed = np.exp(-0.6 * scene.satisfaction(rows["customer"])) * np.where(rows["repeat"], 4.0, 1.0)
    rows["complaint"] = ~rows["spam"] & ~rows["outbound"] & (draw[3] < scene.plan.profile.complaint * annoyed)
    rows["customer"] = np.where(rows["spam"], -1, rows["customer"])


def _people(scene: Scene, rows: Rows, generator: np.random.Generator) -> None:
    """Who answers first, and who solves: mostly the same person."""
    count = len(rows["at"])
    team = np.array(TEAM_OF_CHANNEL)[rows["channel"]]
    moment = np.minimum(rows["answered"], rows["at"] + LAST)
    rows["team"] = team
    rows["responder"] = scene.staff.at_work(team, moment, generator.random(count))
    other = scene.staff.at_work(team, moment + DAY, generator.random(count))
    rows["solver"] = np.where(generator.random(count) < 0.78, rows["responder"], other)


def _solution(scene: Scene, rows: Rows, generator: np.random.Generator) -> None:
    """When the matter is first called solved, and whether it truly is."""
    count = len(rows["at"])
    answered, channel = rows["answered"], rows["channel"]
    talk = (120 + generator.gamma(2.2, 230, count)).astype(np.int64)
    at_once = generator.random(count) < np.where(channel == CHAT, 0.84, 0.50)
    at_once &= ~rows["complaint"]
    # What nobody answered is found and settled after about a week; what asked nothing is settled when read.
    unanswered = np.where(rows["outbound"] | rows["no_reply"], rows["at"], rows["at"] + 6 * DAY)
    base = np.where(answered < NEVER, answered, unanswered) + talk
    work = np.exp(generator.normal(np.log(32_000), 1.05, count)) * np.where(rows["complaint"], 2.0, 1.0)
    later = scene.office.later(base, np.minimum(work, 700_000).astype(np.int64))
    solved = np.where(at_once & (answered < NEVER), base, later)
    solved = np.where(rows["bot_solved"], rows["bot_end"], solved)
    solved = np.minimum(solved, rows["at"] + 30 * DAY)
    rows["solved_first"] = np.where((rows["abandoned"] < NEVER) | rows["spam"], NEVER, solved)
    # Some cases wait for the customer for about half of the time between the answer and the solution.
    gap = rows["solved_first"] - answered
    waits = (gap > 7_200) & (rows["solved_first"] < NEVER) & (answered < NEVER) & (generator.random(count) < 0.35)
    rows["pending"] = np.where(waits, answered + 60, NEVER)
    rows["resumed"] = np.where(waits, answered + gap // 2, NEVER)
    rows["chat_end"] = np.where(answered < NEVER, answered + talk, NEVER)
    chance = resolved_chance(scene, rows, scene.skills[rows["solver"]])
    rows["settled_truly"] = (generator.random(count) < chance) & (rows["solved_first"] < NEVER)
    rows["settled"] = np.minimum(np.minimum(rows["solved_first"], rows["abandoned"]), rows["at"] + LAST)


def resolved_chance(scene: Scene, rows: Rows, skill: Floats) -> Floats:
    """The chance that a matter is truly settled: better with skilled agents, worse for complaints."""
    resolved = scene.plan.profile.resolved
    odds = np.log(resolved / (1 - resolved)) + 0.25 * skill - 0.9 * rows["complaint"]
    return np.asarray(1.0 / (1.0 + np.exp(-odds)))


def _after(scene: Scene, rows: Rows, generator: np.random.Generator) -> None:
    """Reopening, coming back, and the final solution."""
    count = len(rows["at"])
    profile = scene.plan.profile
    solved = rows["solved_first"]
    real: Bools = ~rows["spam"] & ~rows["test"] & ~rows["outbound"] & ~rows["no_reply"]
    draw = generator.random(count)
    open_matter = real & ~rows["settled_truly"]
    returns = open_matter & (solved < NEVER) & (draw < profile.reopened_if_unresolved) & ~rows["bot_solved"]
    top = profile.reopened_if_unresolved + profile.repeated_if_unresolved
    soon = rows["settled"] - rows["at"] < 14 * DAY  # whoever waited longer has found another way
    rows["comes_back"] = open_matter & ~returns & soon & (draw >= profile.reopened_if_unresolved) & (draw < top)
    rows["trivial"] = real & (solved < NEVER) & ~returns & (generator.random(count) < 0.006) & ~rows["bot_solved"]
    again = returns | rows["trivial"]
    pause = np.where(rows["trivial"], generator.integers(600, 60_000, count), generator.gamma(1.4, 1.3 * DAY, count))
    reopened = solved + 60 + np.minimum(pause, 12 * DAY).astype(np.int64)
    rows["reopened"] = np.where(again, reopened, NEVER)
    second = scene.office.later(np.where(again, reopened, rows["at"]), _second_work(generator, rows, count))
    rows["solved_last"] = np.where(again, np.minimum(second, rows["at"] + LAST), solved)
    rows["reopened"] = np.where(again, np.minimum(rows["reopened"], rows["solved_last"] - 60), NEVER)
    rows["closed"] = np.where(rows["solved_last"] < NEVER, rows["solved_last"] + 7 * DAY, NEVER)
    rows["silent"] = (rows["channel"] == CHAT) & (rows["answered"] < NEVER) & (generator.random(count) < 0.03)


def _second_work(generator: np.random.Generator, rows: Rows, count: int) -> Ints:
    work = np.exp(generator.normal(np.log(18_000), 0.9, count))
    return np.where(rows["trivial"], generator.integers(60, 7_200, count), np.minimum(work, 300_000)).astype(np.int64)


def _escalation(rows: Rows, generator: np.random.Generator) -> None:
    """Complaints that go to a higher level, leads for sales, chasers merged into the case they chase."""
    count = len(rows["at"])
    escalates = rows["complaint"] & (generator.random(count) < 0.06) & (rows["solved_first"] < NEVER)
    share = generator.random(count)
    span = np.minimum(rows["solved_last"], rows["at"] + LAST) - rows["at"]
    rows["escalated"] = np.where(escalates, rows["at"] + (share * span).astype(np.int64), NEVER)
    rows["external"] = generator.random(count) < 0.2
    leads = (rows["answered"] < NEVER) & ~rows["complaint"] & (generator.random(count) < 0.021)
    rows["lead"] = np.where(leads, rows["answered"] + generator.integers(300, 2 * DAY, count), NEVER)
    rows["priority"] = np.where(rows["complaint"], 2, (generator.random(count) < 0.12).astype(np.int64))
