"""The name of the recommendation score is a mark of others: it is shown with their notice, or not at all."""

from dataclasses import replace
from typing import Any

import pytest

from mittari.measure.handbook import shipped
from mittari.settings import LANGUAGES, Settings
from mittari.show.language import translated
from mittari.show.web.app import create_app
from show import sample
from show.visitor import Visitor

MARKED = [each for each in shipped() if each.neutral_title]


def test_every_title_with_the_mark_has_one_without_it() -> None:
    named = {each.id for each in shipped() if "Net Promoter" in each.title or "NPS" in each.title}
    assert named == {each.id for each in MARKED}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_neutral_title_is_told_in_every_language(language: str) -> None:
    titles = [translated(each, language, neutral=True).title for each in MARKED]
    assert not [title for title in titles if "NPS" in title or "Net Promoter" in title]
    if language != "en":
        assert all(title != each.neutral_title for title, each in zip(titles, MARKED, strict=True))


class Named(sample.SampleWorkspace):
    """The sample with one KPI whose title is a mark."""

    def catalogue(self, kpi_id: str | None = None) -> Any:
        found = super().catalogue(kpi_id)
        return [replace(found[0], title="A Name of Theirs", neutral_title="A plain name"), *found[1:]]


@pytest.mark.parametrize(("name", "shown"), [("mark", True), ("neutral", False)])
def test_pages_with_the_name_carry_the_notice(name: str, shown: bool) -> None:
    workspace = Named(settings=Settings(nps_name=name))
    kpi_id, other = (each.id for each in workspace.catalogue()[:2])
    visitor = Visitor(create_app(workspace, clock=lambda: sample.NOW))
    for path in ("/", f"/kpi/{kpi_id}"):
        text = visitor.get(path).text
        assert ("Fred Reichheld" in text) is shown, path
        assert ("A Name of Theirs" in text) is shown, path
        assert ("A plain name" in text) is not shown, path
    assert "Fred Reichheld" not in visitor.get(f"/kpi/{other}").text
