"""All surveys of the installation: which are open, who answers for them, how many answers came, and their addresses."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from litestar import Response, get

from mittari.collect.collector import Collector
from mittari.collect.survey.kinds import START_WORDS
from mittari.collect.survey.model import Survey
from mittari.collect.web.addresses import qr_picture, survey_address, trial_address
from mittari.show.web.pages import Visit, page
from mittari.show.web.site import Site
from mittari.show.web.survey_form import collector_of

DAYS = 30
LONGEST_QR = 500


@dataclass(frozen=True)
class Listed:
    """A survey as the list shows it. `fault` says why it is not open; `address` is None where it has none."""

    name: str
    survey: Survey | None
    fault: str | None
    answers: int
    address: str | None
    picture: str | None
    trial: str | None

    @property
    def title(self) -> str:
        return self.survey.title if self.survey else self.name


def listed(site: Site, collector: Collector) -> list[Listed]:
    since = site.clock() - timedelta(days=DAYS)
    answers = site.read(("answers by survey",), lambda: dict(site.source.answers_by_survey(since)))
    base = collector.settings.public_address
    found = []
    for each in collector.shelf.all():
        survey = each.survey
        address = survey_address(base, survey, collector.signer) if survey and survey.links == "open" and base else None
        found.append(
            Listed(
                name=each.name,
                survey=survey,
                fault=each.fault,
                answers=answers.get(each.name, 0),
                address=address,
                picture=qr_picture(address) if address else None,
                trial=trial_address(survey, collector.signer) if survey else None,
            )
        )
    return found


def time_words(time: timedelta) -> str:
    """A reaction time in words: 30 min, 24 h, 3 days."""
    minutes = round(time / timedelta(minutes=1))
    if minutes >= 48 * 60 and minutes % (24 * 60) == 0:
        return f"{minutes // (24 * 60)} days"
    return f"{minutes // 60} h" if minutes >= 60 and minutes % 60 == 0 else f"{minutes} min"


@get("/surveys", sync_to_thread=True)
def survey_list(request: Visit) -> Response[Any]:
    """The list of surveys."""
    site: Site = request.app.state.site
    collector = collector_of(request)
    text = site.render(
        "surveys.html",
        title="Surveys",
        nonce=request.scope["state"]["nonce"],
        here="surveys",
        waiting=site.waiting(),
        surveys=listed(site, collector),
        days=DAYS,
        time_words=time_words,
        public=collector.settings.public_address,
        starts=START_WORDS,
    )
    return page(request, text)


HANDLERS = [survey_list]
