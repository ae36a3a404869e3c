"""Single steps of conversations: messages, status changes and tags, each a row at its instant."""

import numpy as np

from mittari.simulate.columns import DAY, NEVER, Block, Column, Columns, Ints, chosen, flags, instants, keys
from mittari.simulate.profile import LANGUAGES, REASONS
from mittari.simulate.scene import Rows, Scene, stacked

AUTHORS = ("customer", "agent", "bot", "system")
CUSTOMER, AGENT, BOT, SYSTEM = range(4)
STATUSES = ("new", "open", "pending", "solved", "closed")
TAG_KINDS = ("agent", "rule")
SIDE_TAGS = ("refund", "invoice", "password", "installation", "cancellation", "feedback")


def messages(scene: Scene, rows: Rows) -> Rows:
    """Messages: the customer's first, the bot's, the receipt, the first answer, and an exchange before the solution."""
    count = len(rows["at"])
    generator = scene.generator("messages")
    answered, solved = rows["answered"], rows["solved_first"]
    gap = np.where((answered < NEVER) & (solved < NEVER), np.maximum(solved - answered, 0), 0)
    talks = (gap > 300) & (generator.random(count) < 0.6)
    asks = np.where(talks, answered + (gap * generator.uniform(0.15, 0.5, count)).astype(np.int64), NEVER)
    replies = np.where(talks, answered + (gap * generator.uniform(0.6, 0.95, count)).astype(np.int64), NEVER)
    receipt = np.where((rows["channel"] == 0) & ~rows["spam"] & ~rows["outbound"], rows["at"] + 2, NEVER)
    opening = np.where(rows["outbound"], AGENT, CUSTOMER)
    parts = [
        _steps(rows["at"], opening, rows["solver"]),
        _steps(np.where(rows["bot_first"], rows["at"] + 3, NEVER), BOT),
        _steps(receipt, SYSTEM, automatic=True),
        _steps(answered, AGENT, rows["responder"]),
        _steps(asks, CUSTOMER),
        _steps(replies, AGENT, rows["solver"]),
    ]
    return stacked(parts)


def _steps(at: Ints, author: int | Ints, agent: Ints | None = None, *, automatic: bool = False) -> Rows:
    """One step of each conversation that has it."""
    which = np.flatnonzero(at < NEVER)
    kind = np.broadcast_to(np.asarray(author), at.shape)[which]
    number = np.full(len(which), -1) if agent is None else np.where(kind == AGENT, agent[which], -1)
    return {
        "conversation": which,
        "at": at[which],
        "author": kind,
        "agent": number,
        "automatic": np.full(len(which), automatic),
    }


def message_block(rows: Rows, contacts: Rows, month: str, names: Column, agents: Column, language: Ints) -> Block:
    """Messages as rows of their table; their text is not kept."""
    customer = contacts["customer"][rows["conversation"]]
    writer = np.where(rows["author"] == CUSTOMER, customer, -1)
    tongue = np.where(customer >= 0, language[customer], -1)

    def render(which: Ints, _known: int) -> Columns:
        authors = names[writer[which]]
        from_agent = rows["author"][which] == AGENT
        authors[from_agent] = agents[rows["agent"][which][from_agent]]
        return {
            "message_id": keys(f"m{month}", which, 8),
            "conversation_id": keys(f"v{month}", rows["conversation"][which], 7),
            "sent_at": instants(rows["at"][which], NEVER),
            "author_type": chosen(AUTHORS, rows["author"][which]),
            "author_id": authors,
            "is_public": np.ones(len(which), dtype=np.int8),
            "is_auto": flags(rows["automatic"][which]),
            "lang": chosen(LANGUAGES, tongue[which]),
        }

    return Block("messages", rows["at"], (), render)


def status_changes(rows: Rows) -> Rows:
    """Status changes in the order new, open, pending, open, solved, open, solved, closed, as far as they happen."""
    again = np.where(rows["reopened"] < NEVER, rows["solved_last"], NEVER)
    # A case that is solved without an answer goes straight from new to solved.
    opened = np.where(rows["answered"] < rows["solved_first"], rows["answered"], NEVER)
    closed = np.minimum(rows["closed"], rows["merged"])
    steps = (
        (rows["at"], 0),
        (opened, 1),
        (rows["pending"], 2),
        (rows["resumed"], 1),
        (rows["solved_first"], 3),
        (rows["reopened"], 1),
        (again, 3),
        (closed, 4),
    )
    return stacked([_steps(at, code, rows["solver"]) for at, code in steps])


def status_block(rows: Rows, month: str) -> Block:
    """Status changes as rows of `status_events`."""

    def render(which: Ints, _known: int) -> Columns:
        return {
            "conversation_id": keys(f"v{month}", rows["conversation"][which], 7),
            "at": instants(rows["at"][which], NEVER),
            "kind": chosen(("status",), np.zeros(len(which), dtype=np.int64)),
            "value": chosen(STATUSES, rows["author"][which]),
        }

    return Block("status_events", rows["at"], (), render)


def tags(scene: Scene, rows: Rows) -> Rows:
    """Tags: most conversations carry their reason, some one more."""
    count = len(rows["at"])
    generator = scene.generator("tags")
    moment = np.minimum(rows["answered"], np.minimum(rows["solved_first"], rows["at"] + DAY)) + 40
    possible = ~rows["spam"] & (rows["merged_into"] < 0)
    reason = _steps(np.where(possible & (generator.random(count) < 0.92), moment, NEVER), rows["reason"])
    side = len(REASONS) + generator.integers(0, len(SIDE_TAGS), count)
    more = _steps(np.where(possible & (generator.random(count) < 0.25), moment + 5, NEVER), side, automatic=True)
    return stacked([reason, more])


def tag_block(rows: Rows, month: str) -> Block:
    """Tags as rows of `conversation_tags`."""

    def render(which: Ints, _known: int) -> Columns:
        return {
            "conversation_id": keys(f"v{month}", rows["conversation"][which], 7),
            "tag": chosen((*REASONS, *SIDE_TAGS), rows["author"][which]),
            "tagged_at": instants(rows["at"][which], NEVER),
            "tagged_by": chosen(TAG_KINDS, rows["automatic"][which].astype(np.int64)),
        }

    return Block("conversation_tags", rows["at"], (), render)
