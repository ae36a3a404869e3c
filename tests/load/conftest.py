"""A home of one's own for every test, with a warehouse that is copied rather than made each time."""

import io
import shutil
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from mittari.load import LoadReport, load
from mittari.settings import Settings
from mittari.store import Warehouse

NOW = datetime(2026, 11, 5, 12, 0)


@pytest.fixture(scope="session")
def empty_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "warehouse.duckdb"
    Warehouse.open(path).close()
    return path


@pytest.fixture
def settings() -> Settings:
    return Settings(threads=2)


@pytest.fixture
def warehouse(tmp_path: Path, empty_warehouse: Path, settings: Settings) -> Iterator[Warehouse]:
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(empty_warehouse, home / "warehouse.duckdb")
    with Warehouse.open(home / "warehouse.duckdb", settings=settings) as opened:
        yield opened


@pytest.fixture
def rows(warehouse: Warehouse) -> Callable[[str], list[tuple[Any, ...]]]:
    """Rows of a query."""
    return lambda query: warehouse.connection().execute(query).fetchall()


@pytest.fixture
def bring(warehouse: Warehouse, settings: Settings, tmp_path: Path) -> Callable[..., LoadReport]:
    """Write a file and load it; the report of its only table."""

    def write_and_load(name: str, content: str | bytes, **options: Any) -> LoadReport:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        reports = load(warehouse, settings, path, **{"now": NOW, **options})
        assert len(reports) == 1
        return reports[0]

    return write_and_load


@pytest.fixture
def workbook() -> Callable[[list[list[object]]], bytes]:
    """The bytes of an XLSX file with one sheet: the parts of the format that a reader needs, and nothing else."""
    return _workbook


def _workbook(table: list[list[object]]) -> bytes:
    kinds = "http://schemas.openxmlformats.org"
    sheet = "".join(
        f'<row r="{number}">'
        + "".join(
            f'<c r="{chr(65 + place)}{number}" t="inlineStr"><is><t>{cell}</t></is></c>'
            if isinstance(cell, str)
            else f'<c r="{chr(65 + place)}{number}"><v>{cell}</v></c>'
            for place, cell in enumerate(cells)
        )
        + "</row>"
        for number, cells in enumerate(table, 1)
    )
    main, document = f"{kinds}/spreadsheetml/2006/main", f"{kinds}/officeDocument/2006/relationships"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{kinds}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{kinds}/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{document}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{document}"><sheets>'
        '<sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{kinds}/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{document}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>',
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + content)
    return buffer.getvalue()
