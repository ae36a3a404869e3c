"""The public listener in a thread of the test's own process, over a collector that the test holds."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from mittari.collect.collector import Collector
from mittari.outside import answering, bind
from patience import PATIENCE_S


@contextmanager
def listening(collector: Collector, port: int = 0) -> Iterator[str]:
    """Its address while it answers, on a free port unless told otherwise."""
    bound = bind("127.0.0.1", port, "--public")
    server = answering(collector)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=PATIENCE_S)
        bound.close()
