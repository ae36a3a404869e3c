"""What a visitor sees when an address is wrong or we are: designed pages, and a log entry for what is our fault."""

import logging
from typing import Any

from litestar import Response
from litestar.exceptions import HTTPException

from mittari.errors import Told, UserError, told
from mittari.show.web.detail import UnknownKpi
from mittari.show.web.pages import Visit, page
from mittari.time.periods import FORMS

log = logging.getLogger("mittari.show")

TITLES = {
    400: told("This address asks for something that does not exist"),
    404: told("There is no such page"),
    405: told("This address cannot be used that way"),
    500: told("That went wrong on our side"),
}


def error_page(request: Visit, status: int, *said: Told, forms: bool = False) -> Response[Any]:
    """What happened and what to do; a sentence that is not translated stands in English and is marked as such."""
    site = request.app.state.site
    title = site.say(TITLES.get(status, TITLES[404 if status < 500 else 500]))
    nonce = request.scope.get("state", {}).get("nonce", "")
    text = site.render("error.html", status=status, title=title, said=said, forms=forms, nonce=nonce)
    return page(request, text, status=status)


def user_error(request: Visit, error: UserError) -> Response[Any]:
    """A wrong period or dimension: 400 with the accepted forms; an unknown KPI: 404."""
    status = 404 if isinstance(error, UnknownKpi) else 400
    what, hint = error.told
    if error.hint == FORMS:
        return error_page(request, status, what, forms=True)
    return error_page(request, status, what, *([hint] if hint else []))


def http_error(request: Visit, error: HTTPException) -> Response[Any]:
    wrong = told("{address} is not an address of this board.", address=request.url.path)
    return error_page(request, error.status_code, wrong if error.status_code == 404 else Told(error.detail))


def fault(request: Visit, error: Exception) -> Response[Any]:
    """Anything else is ours: Litestar would say nothing about it, so the traceback goes to the log here."""
    log.error("the page %s failed", request.url.path, exc_info=error)
    return error_page(
        request,
        500,
        told("The page could not be made. The reason is in the log of the server."),
        told("Try again; if it stays, `mittari doctor` says what is wrong here."),
    )


HANDLERS: dict[Any, Any] = {UserError: user_error, HTTPException: http_error, Exception: fault}
