"""Ports for servers of tests that must know theirs beforehand, or come back to the one they had.

A port that the system names as free is any other's a moment later, also while the server that had it is started again.
Those handed out here lie below the ones that the system gives by itself, and no two tests get the same one, in
whichever process they run: a name is held for each as long as the process lives.
"""

import random
import socket

BELOW_THE_SYSTEMS_OWN = range(20_000, 32_000)

_held: list[socket.socket] = []


def free_port() -> int:
    """A port of loopback that nobody listens on, and that no other test will ask for."""
    for port in random.sample(BELOW_THE_SYSTEMS_OWN, 200):
        name = socket.socket(socket.AF_UNIX)
        try:
            name.bind(f"\0mittari test port {port}")  # of no file: it ends with the process
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:  # taken
            name.close()
            continue
        _held.append(name)
        return port
    raise AssertionError("no port is free")
