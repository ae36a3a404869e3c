"""Runs `mittari` as a user does: a process of its own, over a home given by name."""

import os
import signal
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src"
COMMAND = [sys.executable, "-c", "import sys; from mittari.cli import main; sys.exit(main())"]


def environment() -> dict[str, str]:
    """The present environment with Mittari importable and without its settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MITTARI_")}
    return {**kept, "PYTHONPATH": str(SOURCE)}


def mittari(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, "--home", str(home), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=600, check=False, env=environment())


def start(home: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [*COMMAND, "--home", str(home), *arguments]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
        preexec_fn=_heed_interrupts,
    )


def _heed_interrupts() -> None:
    """As in a terminal: whoever runs the tests in the background has all their processes ignore an interrupt."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
