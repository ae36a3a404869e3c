"""What a visitor sees when an address is wrong or we are: designed pages, and a log entry for what is our fault."""

import logging
from typing import Any

from litestar import Response
from litestar.exceptions import HTTPException

from mittari.errors import UserError
from mittari.show.web.detail import UnknownKpi
from mittari.show.web.pages import Visit, page
from mittari.time.periods import FORMS

log = logging.getLogger("mittari.show")

TITLES = {
    400: "This address asks for something that does not exist",
    404: "There is no such page",
    405: "This address cannot be used that way",
    500: "That went wrong on our side",
}


def error_page(
    request: Visit, status: int, what: str, hint: str | None = None, forms: str | None = None
) -> Response[Any]:
    site = request.app.state.site
    title = TITLES.get(status, TITLES[404 if status < 500 else 500])
    nonce = request.scope.get("state", {}).get("nonce", "")
    text = site.render("error.html", status=status, title=title, what=what, hint=hint, forms=forms, nonce=nonce)
    return page(request, text, status=status)


def user_error(request: Visit, error: UserError) -> Response[Any]:
    """A wrong period or dimension: 400 with the accepted forms; an unknown KPI: 404."""
    status = 404 if isinstance(error, UnknownKpi) else 400
    is_period = error.hint == FORMS
    return error_page(request, status, error.what, None if is_period else error.hint, FORMS if is_period else None)


def http_error(request: Visit, error: HTTPException) -> Response[Any]:
    what = f"{request.url.path} is not an address of this board." if error.status_code == 404 else error.detail
    return error_page(request, error.status_code, what)


def fault(request: Visit, error: Exception) -> Response[Any]:
    """Anything else is ours: Litestar would say nothing about it, so the traceback goes to the log here."""
    log.error("the page %s failed", request.url.path, exc_info=error)
    return error_page(
        request,
        500,
        "The page could not be made. The reason is in the log of the server.",
        "Try again; if it stays, `mittari doctor` says what is wrong here.",
    )


HANDLERS: dict[Any, Any] = {UserError: user_error, HTTPException: http_error, Exception: fault}
