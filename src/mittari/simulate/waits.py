"""How long each contact waits for a person, by the load at its moment."""

import numpy as np

from mittari.simulate.columns import NEVER, Bools, Floats, Ints
from mittari.simulate.pressure import phone_delay, phone_load, phone_shares
from mittari.simulate.profile import CHAT, EMAIL, FORM, MESSAGING, PHONE, SOCIAL
from mittari.simulate.scene import Rows, Scene


def bot_hand_off(scene: Scene, rows: Rows, generator: np.random.Generator) -> None:
    """Chats begin with the bot once it exists: it solves some, and hands the others to a person."""
    count = len(rows["at"])
    chat = rows["channel"] == CHAT
    bot_first = chat & (rows["at"] >= scene.plan.bot_start)
    solves = bot_first & (generator.random(count) < scene.plan.profile.bot_solves)
    talk = generator.integers(25, 150, count)
    rows["bot_first"] = bot_first
    rows["bot_solved"] = solves
    rows["handoff"] = np.where(bot_first & ~solves, rows["at"] + talk, NEVER)
    rows["bot_end"] = np.where(solves, rows["at"] + 2 * talk, NEVER)
    rows["wait_start"] = np.where(bot_first & ~solves, rows["handoff"], rows["at"])


def written_waits(scene: Scene, rows: Rows, generator: np.random.Generator) -> None:
    """When a person first answers, or when the customer leaves the chat."""
    start, channel = rows["wait_start"], rows["channel"]
    count = len(start)
    answered = np.full(count, NEVER, dtype=np.int64)
    abandoned = np.full(count, NEVER, dtype=np.int64)
    luck = np.exp(generator.normal(0, 0.85, count))
    chats = np.flatnonzero((channel == CHAT) & ~rows["bot_solved"])
    wait = np.maximum(2, chat_median(scene, start[chats]) * luck[chats]).astype(np.int64)
    patience = (4 + generator.exponential(scene.plan.profile.chat_patience, len(chats))).astype(np.int64)
    leaves = patience < wait
    answered[chats[~leaves]] = start[chats[~leaves]] + wait[~leaves]
    abandoned[chats[leaves]] = start[chats[leaves]] + patience[leaves]
    letters = np.flatnonzero(channel != CHAT)
    answered[letters] = scene.office.later(start[letters], letter_wait(scene, rows, letters) * luck[letters])
    quiet = generator.random(count) < np.where(channel == SOCIAL, 0.03, 0.008)
    answered[(quiet & (channel != CHAT)) | rows["spam"] | rows["outbound"] | rows["no_reply"]] = NEVER
    rows["answered"], rows["abandoned"] = answered, abandoned


def chat_median(scene: Scene, start: Ints) -> Floats:
    """Median chat wait by load; the bot takes work off the chat team, half of which is then moved elsewhere."""
    load = scene.pressure.slots(CHAT, scene.month).load_at(start)
    relief = 1.0 - 0.5 * scene.plan.profile.bot_solves
    load = load * np.where(start >= scene.plan.bot_start, relief, 1.0)
    return np.asarray(scene.plan.profile.chat_wait * np.exp(3.2 * (load - 1.0)))


def letter_wait(scene: Scene, rows: Rows, letters: Ints) -> Floats:
    """Median open seconds until the first answer of messages that nobody waits for at a screen."""
    profile = scene.plan.profile
    median = np.zeros(6)
    median[[EMAIL, FORM]] = profile.email_wait
    median[[SOCIAL, MESSAGING]] = profile.social_wait
    shock = scene.day_shock(rows["at"][letters])
    hurry = np.where(rows["complaint"][letters], 0.7, 1.0)
    return np.asarray(median[rows["channel"][letters]] * shock**3 * hurry)


def phone_waits(scene: Scene, rows: Rows, generator: np.random.Generator) -> None:
    """How long callers wait and whether they stay; with the chances behind it, which `truth()` adds up."""
    profile = scene.plan.profile
    at = rows["at"]
    count = len(at)
    strain = scene.pressure.slots(PHONE, scene.month).load_at(at)
    staffed: Bools = at >= scene.plan.staffing_start
    load = phone_load(profile, strain, staffed)
    chance, mean = phone_delay(profile, load)
    wait = np.where(generator.random(count) < chance, generator.exponential(1.0, count) * mean, 0.0)
    patience = generator.exponential(profile.phone_patience, count)
    rows["wait"] = np.floor(np.minimum(wait, patience)).astype(np.int64)
    rows["stays"] = patience >= wait
    rows["within"], rows["gone"] = phone_shares(profile, load, within=20, short=5)
    unchanged = phone_load(profile, strain, np.zeros(count, dtype=np.bool_))
    rows["within_unchanged"], rows["gone_unchanged"] = phone_shares(profile, unchanged, within=20, short=5)
