"""What is known about a language: how it negates and joins clauses, and which words of service praise or blame."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """The words of one language, in lower case, as dictionary forms or as they stand in texts.

    `negators` turn the clause they stand in, `without` what follows them in it. `joiners` begin a clause;
    `negating_joiners` begin one that they turn; `contrary` begins one and turns it unless the clause before is turned
    ("inte dyr utan billig"). `idle` words say nothing by themselves.
    """

    negators: frozenset[str]
    without: frozenset[str]
    joiners: frozenset[str]
    idle: frozenset[str]
    praise: frozenset[str]
    blame: frozenset[str]
    negating_joiners: frozenset[str] = frozenset()
    contrary: frozenset[str] = frozenset()


def words(text: str) -> frozenset[str]:
    """The words of a text, each once."""
    return frozenset(text.split())
