"""The rows behind a number: page by page for people, `/rows.csv` for other programs; those left out are among them."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Stream

from mittari.errors import UserError, told
from mittari.measure.export import harmless
from mittari.measure.result import Record
from mittari.show import format as formats
from mittari.show import words
from mittari.show.web.detail import Subject, current, subject
from mittari.show.web.pages import CSV, Visit, bare, page, part_or_error
from mittari.show.web.site import Site

PAGE_ROWS = 50
EXPORT_ROWS = 5000
TECHNICAL = ("side", "part", "period")
COLUMNS = ("side", "part", "period", "key", "at", "block", "included", "reason", "x", "y")
"""What every row has, whatever it is a row of: the header of an export without rows."""


def rows_html(site: Site, about: Subject, offset: int, scale: str | None) -> str:
    """One page of the rows behind the number, those left out with their reason."""
    key = ("rows", about.name, about.view.period.text, tuple(about.view.where.items()), scale, offset)
    record = chosen(current(site, about), scale)
    found = site.read(key, lambda: site.source.rows(record, limit=PAGE_ROWS + 1, offset=offset))
    columns = list(found[0]) if found else []
    told = {name for name in columns if worth_showing(name, [row.get(name) for row in found])}
    return site.render(
        "kpi_rows.html",
        about=about,
        rows=found[:PAGE_ROWS],
        columns=[name for name in columns if name in told],
        offset=offset,
        size=PAGE_ROWS,
        more=len(found) > PAGE_ROWS,
        humanised=words.humanised,
        cell=cell,
        scale=scale,
    )


def worth_showing(name: str, values: list[Any]) -> bool:
    """Whether a column says anything: empty ones do not, nor do technical ones that are the same in every row."""
    known = {value for value in values if value is not None}
    return bool(known) and name not in ("included", "reason") and (name not in TECHNICAL or len(known) > 1)


def cell(value: Any) -> str:
    """A value of a row as text: whole numbers without a fraction, instants to the second."""
    if value is None:
        return formats.NOTHING
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).removesuffix(".000000")


def chosen(found: list[Record], scale: str | None) -> Record:
    """The record of a scale, or the first one."""
    return next((record for record in found if scale and record.slice.get("scale") == scale), found[0])


@get("/kpi/{name:str}/rows", sync_to_thread=True)
def kpi_rows(request: Visit, name: FromPath[str]) -> Response[Any]:
    """A further page of rows."""
    site: Site = request.app.state.site
    about, offset = subject(site, name, request), offset_of(request)
    scale = request.query_params.get("scale")
    return page(request, part_or_error(site.say, "rows", lambda: rows_html(site, about, offset, scale)))


def offset_of(request: Visit) -> int:
    text = request.query_params.get("offset", "0")
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise UserError(told('the offset is the number of rows to skip, found "{found}"', found=text))
    return int(text)


@get("/kpi/{name:str}/rows.csv", sync_to_thread=True)
def kpi_rows_csv(request: Visit, name: FromPath[str]) -> Stream:
    """All rows behind the number, those left out included, as CSV."""
    site: Site = request.app.state.site
    about = subject(site, name, request)
    record = chosen(current(site, about), request.query_params.get("scale"))
    file_name = f"{about.name}-{about.view.period.text}.csv".replace(":", "")
    headers = {"content-disposition": f'attachment; filename="{file_name}"', "cache-control": "no-store"}
    return Stream(() if bare(request) else exported(site, record), headers=headers, media_type=CSV)


def exported(site: Site, record: Record) -> Iterator[str]:
    """The rows as CSV, a few thousand at a time; a cell that a spreadsheet would run as a formula is quoted."""
    found = site.source.rows(record, limit=EXPORT_ROWS)
    columns = list(found[0]) if found else list(COLUMNS)
    yield lines([columns])
    offset = 0
    while found:
        yield lines([harmless(row.get(column)) for column in columns] for row in found)
        offset += len(found)
        found = site.source.rows(record, limit=EXPORT_ROWS, offset=offset) if len(found) == EXPORT_ROWS else []


def lines(rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


HANDLERS = [kpi_rows, kpi_rows_csv]
