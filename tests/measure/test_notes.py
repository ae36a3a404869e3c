"""A note is kept as text, and what it was told from is found again."""

import pytest

from mittari.measure import notes

VALUES = {
    "column": "wait_s",
    "table": "calls",
    "period": "2026-10",
    "currency": "EUR",
    "count": "1,200",
    "days": "2026-01-01 to 2026-02-01 and 2026-03-01 to 2026-03-05",
    "parameters": "within=20, weights=given",
    "dimensions": "channel, team_id",
    "reason": "IOException: line one: (two)\nthree",
}


@pytest.mark.parametrize("sentence", notes.NOTES, ids=lambda each: each.pattern[:24])
def test_a_note_is_found_again_with_its_values(sentence: notes.Told) -> None:
    names = {name: value for name, value in VALUES.items() if f"{{{name}}}" in sentence.pattern}
    found = notes.told_from(notes.note(sentence, **names))
    assert found is not None
    assert (found.pattern, dict(found.values)) == (sentence.pattern, names)


def test_what_is_no_note_of_ours_is_not_found() -> None:
    assert notes.told_from("Catalog Error: column wait_s does not exist") is None
