"""A home that takes in feedback, and what tests do with it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mittari.collect.collector import Collector
from mittari.workspace.local import LocalWorkspace
from mittari.workspace.writer import Writer

AFTER_SERVICE = """
owner = "Maija"
reaction_time = "24h"

[[questions]]
kind = "nps"

[[questions]]
kind = "ces"
ask_if = {question = "nps", at_most = 8}

[[questions]]
kind = "comment"
"""


@dataclass
class Taking:
    """A home at work: what is posted to `address` can be drained into the workspace and read there."""

    home: Path
    workspace: LocalWorkspace
    collector: Collector
    writer: Writer
    address: str

    def survey(self, name: str, text: str) -> None:
        """Write a survey file."""
        folder = self.home / "surveys"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
        self.collector.shelf.forget()

    def rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """What a query finds once the inbox is emptied."""
        while self.writer.drain():
            pass
        connection = self.workspace.warehouse.connection()
        try:
            return connection.execute(sql, list(parameters)).fetchall()
        finally:
            connection.close()
