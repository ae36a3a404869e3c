"""What surveys promise about keeping, kept: comments emptied and persons forgotten when their time is over."""

from datetime import datetime, timedelta

from mittari.collect.collector import Collector
from mittari.collect.invite.outbox import KEEP_DONE, forget_done
from mittari.collect.links import forget_links
from mittari.collect.survey.model import Survey
from mittari.store.persons.forget import forget
from mittari.workspace.local import LocalWorkspace

EVERY_S = 6 * 3600.0
LINKS_KEPT = timedelta(days=30)
"""So long after its end a link still says that it has ended."""


def keep_promises(workspace: LocalWorkspace, collector: Collector, now: datetime) -> int:
    """Forget what is older than its survey promises; returns how many changes that made."""
    shelved = [each.survey for each in collector.shelf.all() if each.survey is not None]
    changes = sum(_of_survey(workspace, survey, now) for survey in shelved)
    forget_links(collector.ledger, now - LINKS_KEPT)
    forget_done(collector.ledger, now - max(KEEP_DONE, timedelta(days=collector.settings.ask_days)))
    if changes:
        workspace.forget_state()
    return changes


def _of_survey(workspace: LocalWorkspace, survey: Survey, now: datetime) -> int:
    changes = 0
    for kept, texts in ((survey.keep_texts, True), (survey.keep_persons, False)):
        if kept is not None:
            changes += forget(workspace.warehouse, survey.id, now - kept, texts=texts, persons=not texts)
    return changes
