"""What surveys promise about keeping, kept: comments emptied, persons forgotten, answers without a person mixed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from mittari.collect.collector import Collector
from mittari.collect.invite.outbox import KEEP_DONE, forget_done
from mittari.collect.links import forget_links
from mittari.collect.survey.answers import coarse
from mittari.collect.survey.model import Survey
from mittari.store.ledger import Ledger
from mittari.store.persons.forget import forget
from mittari.store.persons.mix import mix
from mittari.workspace.local import LocalWorkspace

EVERY_S, MIX_EVERY_S = 6 * 3600.0, 300.0
LINKS_KEPT = timedelta(days=30)
"""So long after its end a link still says that it has ended."""
STILL_LOADING = timedelta(minutes=5)
"""A load that began at the end of a quarter of an hour has ended by then."""


@dataclass(frozen=True)
class Promise:
    """How long a survey keeps words and persons; None: for good."""

    survey: str
    texts: timedelta | None
    persons: timedelta | None


def keep_promises(workspace: LocalWorkspace, collector: Collector, now: datetime) -> int:
    """Forget what is older than its survey promises; returns how many changes that made."""
    shelved = [each.survey for each in collector.shelf.all() if each.survey is not None]
    changes = sum(_keep(workspace, promise, now) for promise in promised(collector.ledger, shelved))
    forget_links(collector.ledger, now - LINKS_KEPT)
    forget_done(collector.ledger, now - max(KEEP_DONE, timedelta(days=collector.settings.ask_days)))
    if changes:
        workspace.forget_state()
    return changes


def promised(ledger: Ledger, surveys: list[Survey]) -> list[Promise]:
    """What surveys promise now, and what those did whose file has gone or cannot be read since the last look."""
    with ledger.writing() as connection:
        connection.executemany(
            "INSERT INTO retention VALUES (?, ?, ?) ON CONFLICT (survey) DO UPDATE "
            "SET texts_s = excluded.texts_s, persons_s = excluded.persons_s",
            [(survey.id, _seconds(survey.keep_texts), _seconds(survey.keep_persons)) for survey in surveys],
        )
        rows = connection.execute("SELECT survey, texts_s, persons_s FROM retention ORDER BY survey").fetchall()
    return [Promise(survey, _time(texts), _time(persons)) for survey, texts, persons in rows]


def mix_answers(workspace: LocalWorkspace, now: datetime) -> int:
    """Mix the answers without a person whose quarter of an hour is over; returns how many rows that were."""
    mixed = mix(workspace.warehouse, coarse(now - STILL_LOADING))
    if mixed:
        workspace.forget_state()
    return mixed


def _keep(workspace: LocalWorkspace, promise: Promise, now: datetime) -> int:
    changes = 0
    for kept, texts in ((promise.texts, True), (promise.persons, False)):
        if kept is not None:
            changes += forget(workspace.warehouse, promise.survey, now - kept, texts=texts, persons=not texts)
    return changes


def _seconds(time: timedelta | None) -> float | None:
    return None if time is None else time.total_seconds()


def _time(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
