"""The web application: the pages, what stands before them, and the files they load."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from litestar import Litestar, get
from litestar.datastructures import CacheControlHeader, State
from litestar.response import Redirect
from litestar.static_files import create_static_files_router

from mittari.collect.collector import Collector
from mittari.show.web import board, detail, devices, errors, followups, rows, survey_form, surveys
from mittari.show.web.cache import Cache, Recent
from mittari.show.web.guard import GuardedApp
from mittari.show.web.live import HANDLERS as LIVE
from mittari.show.web.live import Hub
from mittari.show.web.site import STATIC, Site, templates
from mittari.show.web.source import Source

FOREVER = CacheControlHeader(max_age=365 * 86400, public=True, immutable=True)


def utc_now() -> datetime:
    """The present instant, naive UTC."""
    return datetime.now(UTC).replace(tzinfo=None)


@get("/favicon.ico", sync_to_thread=False)
def favicon() -> Redirect:
    """Browsers ask here whatever the page says."""
    return Redirect("/static/icon.svg", status_code=301)


def create_app(
    workspace: Source,
    *,
    cache: Cache | None = None,
    token: str | None = None,
    clock: Callable[[], datetime] = utc_now,
    handlers: Sequence[Any] = (),
    collector: Collector | None = None,
) -> Litestar:
    """The application over one workspace.

    `cache` keeps computed results (see `cache.Cache`), `token` is for handlers of commands and is left in
    `app.state.token`, `handlers` are further routes, `clock` returns the present instant in naive UTC. With a
    `collector` there are the pages of surveys and of follow-ups. Whoever stops the server closes `app.state.live`
    first: open streams would keep it waiting.
    """
    kept = cache if cache is not None else Recent()
    site = Site(source=workspace, cache=kept, clock=clock, environment=templates(), collector=collector)
    live = Hub(site)
    workspace.told_of(live.changed)
    files = create_static_files_router(path="/static", directories=[STATIC], cache_control=FOREVER)
    pages = [*board.HANDLERS, *LIVE, *detail.HANDLERS, *rows.HANDLERS, *devices.HANDLERS]
    if collector is not None:
        pages += [*surveys.HANDLERS, *survey_form.HANDLERS, *followups.HANDLERS]
    return GuardedApp(
        route_handlers=[*pages, favicon, files, *handlers],
        exception_handlers=errors.HANDLERS,
        state=State({"site": site, "token": token, "live": live}),
        on_shutdown=[live.close],
        openapi_config=None,
        logging_config=None,  # logging belongs to the process that serves
    )
