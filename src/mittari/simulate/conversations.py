"""Conversations as rows of their table, as they were known at an instant."""

import numpy as np

from mittari.simulate.columns import (
    DAY,
    NEVER,
    Block,
    Column,
    Columns,
    Ints,
    chosen,
    flags,
    instants,
    keys,
)
from mittari.simulate.profile import CHANNELS, CHAT, EMAIL, FORM, REASONS, TEAMS
from mittari.simulate.scene import Rows, Scene, taken

STATUSES = ("new", "open", "pending", "solved", "closed", "abandoned")
NEW, OPEN, PENDING, SOLVED, CLOSED, ABANDONED = range(6)
CALENDARS = ("std", "chat")
PRIORITIES = ("normal", "high", "urgent")


def chasers(scene: Scene, rows: Rows) -> Rows:
    """Second messages about a case that still waits; an agent merges them into it within the hour.

    `merged_into` of a chaser is the row number of its case among the same rows.
    """
    generator = scene.generator("chasers")
    wait = np.minimum(rows["answered"], rows["at"] + 2 * DAY) - rows["at"]
    letter = (rows["channel"] == EMAIL) | (rows["channel"] == FORM)
    possible = letter & (wait > 7_200) & (rows["customer"] >= 0) & ~rows["spam"] & ~rows["test"] & ~rows["outbound"]
    chosen_rows = np.flatnonzero(possible & (generator.random(len(wait)) < 0.018))
    children = taken(rows, chosen_rows)
    share = generator.uniform(0.2, 0.9, len(chosen_rows))
    children["at"] = children["at"] + (share * wait[chosen_rows]).astype(np.int64)
    children["wait_start"] = children["at"]
    steps = ("answered", "solved_first", "solved_last", "reopened", "closed", "pending", "resumed")
    for name in (*steps, "escalated", "lead", "chat_end"):
        children[name] = np.full(len(chosen_rows), NEVER, dtype=np.int64)
    for name in ("complaint", "comes_back", "settled_truly", "silent", "trivial"):
        children[name] = np.zeros(len(chosen_rows), dtype=np.bool_)
    children["merged_into"] = chosen_rows
    children["merged"] = children["at"] + generator.integers(120, 3_600, len(chosen_rows))
    return children


def unmerged(rows: Rows) -> Rows:
    """The rows with the columns that only chasers fill."""
    count = len(rows["at"])
    return {
        **rows,
        "merged_into": np.full(count, -1, dtype=np.int64),
        "merged": np.full(count, NEVER, dtype=np.int64),
    }


def status(rows: Rows, known: int) -> Ints:
    """The status code of each row just before `known`."""
    code = np.where(rows["answered"] < known, OPEN, NEW)
    code = np.where((rows["pending"] < known) & (rows["resumed"] >= known), PENDING, code)
    code = np.where(rows["solved_first"] < known, SOLVED, code)
    code = np.where(rows["reopened"] < known, OPEN, code)
    code = np.where(rows["solved_last"] < known, SOLVED, code)
    code = np.where((rows["closed"] < known) | (rows["merged"] < known) | rows["spam"], CLOSED, code)
    return np.asarray(np.where(rows["abandoned"] < known, ABANDONED, code))


def last_message(rows: Rows, known: int) -> Ints:
    """The last public message before `known`: of chats the end of the talk, of others the newest step."""
    steps = [rows["answered"], np.where(rows["channel"] == CHAT, rows["chat_end"], rows["solved_last"])]
    newest = rows["at"]
    for step in steps:
        newest = np.maximum(newest, np.where(step < known, step, 0))
    return np.asarray(newest)


def conversation_block(rows: Rows, prefix: str, names: Column, agents: Column) -> Block:
    """Conversations as rows of the table `conversations`."""

    def render(which: Ints, known: int) -> Columns:
        part = taken(rows, which)
        return {
            "conversation_id": keys(prefix, which, 7),
            "case_id": keys(prefix, np.where(part["merged"] < known, part["merged_into"], which), 7),
            "customer_id": names[part["customer"]],
            **_described(part, known),
            **_timed(part, known),
            **_handled(part, known, agents),
            "merged_into": keys(prefix, np.where(part["merged"] < known, part["merged_into"], -1), 7),
        }

    later = ("handoff", "answered", "solved_first", "reopened", "solved_last", "closed", "abandoned")
    events = [rows[name] for name in (*later, "escalated", "lead", "merged", "chat_end", "pending", "resumed")]
    return Block("conversations", rows["at"], (*events, _silent_known(rows)), render)


def _silent_known(rows: Rows) -> Ints:
    return np.where(rows["silent"], rows["answered"] + DAY, NEVER)


def _described(part: Rows, known: int) -> Columns:
    count = len(part["at"])
    direction = chosen(("in", "out"), part["outbound"].astype(np.int64))
    return {
        "channel": chosen(CHANNELS, part["channel"]),
        "direction": direction,
        "status": chosen(STATUSES, status(part, known)),
        "priority": chosen(PRIORITIES, part["priority"]),
        "reason_code": chosen(REASONS, part["reason"]),
        "calendar_id": chosen(CALENDARS, (part["channel"] == CHAT).astype(np.int64)),
        "is_complaint": flags(part["complaint"]),
        "is_spam": flags(part["spam"]),
        "is_test": flags(part["test"]),
        "bot_first": flags(part["bot_first"]),
        "no_reply_needed": flags(part["no_reply"]),
        "silent_abandon": flags(_silent_known(part) < known),
        "deleted_at": instants(np.full(count, NEVER), NEVER),
    }


def _timed(part: Rows, known: int) -> Columns:
    reopened = part["reopened"] < known
    solved = np.where(part["solved_last"] < known, part["solved_last"], part["solved_first"])
    waits = np.where(part["outbound"] | (part["bot_first"] & (part["handoff"] >= known)), NEVER, part["wait_start"])
    return {
        "created_at": instants(part["at"], NEVER),
        "handoff_at": instants(part["handoff"], known),
        "wait_start_at": instants(waits, known),
        "first_response_at": instants(part["answered"], known),
        "first_solved_at": instants(part["solved_first"], known),
        "last_solved_at": instants(solved, known),
        "reopened_at": instants(part["reopened"], known),
        "reopened_last_at": instants(part["reopened"], known),
        "reopen_is_trivial": flags(reopened & part["trivial"]),
        "reopen_count": reopened.astype(np.int64),
        "closed_at": instants(part["closed"], known),
        "abandoned_at": instants(part["abandoned"], known),
        "last_message_at": instants(last_message(part, known), known),
        "escalated_at": instants(part["escalated"], known),
        "lead_at": instants(part["lead"], known),
    }


def _handled(part: Rows, known: int, agents: Column) -> Columns:
    answered = part["answered"] < known
    solved = part["solved_first"] < known
    person = solved & ~part["bot_solved"]
    level = np.where(part["escalated"] < known, part["external"].astype(np.int64), -1)
    team = part["team"]
    return {
        "resolved_by": chosen(("agent", "bot"), np.where(solved, part["bot_solved"].astype(np.int64), -1)),
        "team_id": chosen(TEAMS, np.where(part["bot_solved"] | part["spam"], -1, team)),
        "agent_id": agents[np.where(person, part["solver"], -1)],
        "first_responder_id": agents[np.where(answered, part["responder"], -1)],
        "team_id_at_first_response": chosen(TEAMS, np.where(answered, team, -1)),
        "escalation_level": chosen(("internal", "external"), level),
    }
