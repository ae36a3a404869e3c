"""`person export` and `person erase`, alone and through the server."""

import json
import re
import signal
from pathlib import Path

from commands.conftest import Ask
from commands.running import mittari, start
from installation import copy_of
from patience import PATIENCE_S


def test_an_export_is_written_for_its_reader_alone(ask: Ask, tmp_path: Path) -> None:
    shown = ask("person", "export", "A")
    assert (shown.code, shown.err) == (0, "")
    told = json.loads(shown.out)
    assert told["about"] == "customer A"
    assert {"customers", "conversations", "responses"} <= {section["table"] for section in told["tables"]}
    assert ask("person", "export", "A", "--to", str(tmp_path / "folder")).code == 0
    written = tmp_path / "folder" / "person.json"
    assert json.loads(written.read_text(encoding="utf-8"))["tables"] == told["tables"]
    assert written.stat().st_mode & 0o777 == 0o600
    assert "there already" in ask("person", "export", "A", "--to", str(written)).err
    lines = tmp_path / "a.jsonl"
    assert ask("person", "export", "A", "--to", str(lines)).code == 0
    rows = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()]
    count = sum(len(section["rows"]) + len(section["mentions"]) for section in told["tables"])
    assert sum("row" in row for row in rows) == count


def test_an_erasure_asks_first_and_needs_somebody_who_answers(loaded_home: Path, tmp_path: Path) -> None:
    home = copy_of(loaded_home, tmp_path)
    asked = mittari(home, "person", "erase", "A")
    assert asked.returncode == 2
    assert "--yes" in asked.stderr
    assert re.search(r"^conversations +\d+$", asked.stdout, re.MULTILINE)
    assert mittari(home, "person", "export", "A").returncode == 0
    done = mittari(home, "person", "erase", "A", "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert "erased:" in done.stdout
    again = mittari(home, "person", "erase", "A", "--yes")
    assert again.returncode == 2
    assert "no customer is known by this id" in again.stderr


def test_both_go_through_a_running_server(loaded_home: Path, tmp_path: Path) -> None:
    home = copy_of(loaded_home, tmp_path)
    alone = json.loads(mittari(home, "person", "export", "e1", "--employee").stdout)
    server = start(home, "serve", "--port", "0")
    try:
        assert server.stdout is not None
        assert server.stdout.readline()
        through = json.loads(mittari(home, "person", "export", "e1", "--employee").stdout)
        assert through["tables"] == alone["tables"]
        assert mittari(home, "person", "erase", "e1", "--employee", "--yes").returncode == 0
        assert mittari(home, "person", "export", "e1", "--employee").returncode == 2
    finally:
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=PATIENCE_S)


def test_after_an_erasure_the_file_can_be_written_anew_once_the_server_is_stopped(
    loaded_home: Path, tmp_path: Path
) -> None:
    home = copy_of(loaded_home, tmp_path)
    assert "mittari compact" in mittari(home, "person", "erase", "A", "--yes").stdout
    told = mittari(home, "kpi", "csat", "--period", "2026-01")
    server = start(home, "serve", "--port", "0")
    try:
        assert server.stdout is not None
        assert server.stdout.readline()
        refused = mittari(home, "compact")
        assert (refused.returncode, "Stop it first" in refused.stderr) == (2, True)
    finally:
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=PATIENCE_S)
    done = mittari(home, "compact")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"warehouse\.duckdb: [\d.]+ MB before, [\d.]+ MB now\n", done.stdout)
    assert mittari(home, "kpi", "csat", "--period", "2026-01").stdout == told.stdout
    assert "csat" in told.stdout
