"""The handbook in the manual is the one the catalogue gives, and leads to every KPI."""

from pathlib import Path

from mittari.measure.handbook import handbook, shipped

PAGE = Path(__file__).parents[2] / "docs" / "kpis.md"


def test_the_page_in_docs_is_the_one_the_catalogue_gives() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert written == handbook(), "run `python -m mittari.measure.handbook > docs/kpis.md`"


def test_the_index_leads_to_every_kpi() -> None:
    page = handbook()
    for each in shipped():
        assert f"[{each.title}](#{each.id})" in page
        assert page.count(f'<a id="{each.id}"></a>') == 1


def test_the_catalogue_has_no_gap() -> None:
    assert [each.number for each in shipped()] == list(range(1, 80))
