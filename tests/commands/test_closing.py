"""`close` and `scorecard --as-reported`, end to end."""

import json

from commands.conftest import Ask


def test_a_period_is_closed_listed_and_shown_as_reported(ask: Ask) -> None:
    assert ask("close").out.startswith("no period is closed yet")
    done = ask("close", "2025-03", "--by", "aino")
    assert (done.code, done.err) == (0, "")
    assert "2025-03 is closed" in done.out
    assert "signed by aino" in done.out
    assert "aino" in ask("close").out
    again = ask("close", "2025-03", "--by", "aino")
    assert again.code == 2
    assert "was closed on" in again.err
    assert "--again" in again.err
    lines = ask("scorecard", "--as-reported", "--period", "2025-03").out.splitlines()
    assert lines[0].split() == ["figure", "reported", "restated", "difference"]
    (nps,) = [line.split() for line in lines if line.startswith("nps.score")]
    assert nps == ["nps.score", "25", "25"]
    records = json.loads(ask("scorecard", "--as-reported", "--period", "2025-03", "--all", "--json").out)
    assert {record["period"] for record in records} == {"2025-03"}
    assert {"csat.share", "csat.mean"} <= {f"{record['kpi_id']}.{record['output']}" for record in records}


def test_what_was_reported_is_shown_for_a_closed_period_only(ask: Ask) -> None:
    assert "was never closed" in ask("scorecard", "--as-reported", "--period", "2024-03").err
    assert ask("scorecard", "--as-reported").code == 2
    assert ask("scorecard", "--as-reported", "--period", "2025-03", "--by", "channel").code == 2
