"""A real Mosquitto on a free port, started and stopped by a test."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from patience import PATIENCE_S, until
from ports import free_port

PLACES = ("/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto")
USER, PASSWORD = "mittari", "s3cret:@/word"  # of a broker that lives for one test


def path() -> str:
    """Where Mosquitto is. Without one the test is skipped, except in CI, where it fails."""
    found = shutil.which("mosquitto") or next((place for place in PLACES if Path(place).exists()), None)
    if found is None:
        reason = "no Mosquitto here: apt-get install mosquitto"
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


class Broker:
    """Keeps its sessions on disk, so that a restart loses no message."""

    def __init__(self, folder: Path) -> None:
        self._program, self.port = path(), free_port()
        passwords = folder / "passwords"
        tool = Path(self._program).with_name("mosquitto_passwd")
        hasher = shutil.which("mosquitto_passwd") or str(tool)
        subprocess.run([hasher, "-c", "-b", str(passwords), USER, PASSWORD], check=True, capture_output=True)
        self._file = folder / "mosquitto.conf"
        self._file.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous false\npassword_file {passwords}\npersistence true\n"
            f"persistence_location {folder}/\nautosave_on_changes true\nautosave_interval 1\n"
            + (f"user {os.environ.get('USER') or 'root'}\n" if os.getuid() == 0 else ""),
            encoding="utf-8",
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [self._program, "-c", str(self._file)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until(self._answers, "Mosquitto listens")

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, "Mosquitto did not start"
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=PATIENCE_S)
            self._process = None
