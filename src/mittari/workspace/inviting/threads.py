"""What runs beside the server: one thread decides whom to ask, another sends."""

from mittari.collect.collector import Collector
from mittari.collect.invite.send import Sender
from mittari.workspace.inviting import job
from mittari.workspace.inviting.facts import Facts
from mittari.workspace.local import LocalWorkspace
from mittari.workspace.repeating import Repeating

LOOK_EVERY_S, SEND_EVERY_S = 30.0, 2.0


class Inviter:
    """Asks people while the server runs."""

    def __init__(self, workspace: LocalWorkspace, collector: Collector) -> None:
        sender = Sender(collector, Facts(workspace))
        self._threads = (
            Repeating("inviting", LOOK_EVERY_S, lambda: job.run(workspace, collector, workspace.clock())),
            Repeating("sender", SEND_EVERY_S, lambda: sender.run_due(MOST_AT_ONCE)),
        )

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish the message at hand; the rest stays in the outbox."""
        for thread in self._threads:
            thread.stop()


MOST_AT_ONCE = 50
"""So many messages are sent between two looks at whether the server is to stop."""
