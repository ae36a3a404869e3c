"""All surveys of the installation: which are open, who answers for them, how many answers came, and their addresses."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from litestar import Response, get
from markupsafe import Markup

from mittari.collect.collector import Collector
from mittari.collect.survey.faults import placed
from mittari.collect.survey.kinds import START_WORDS
from mittari.collect.survey.model import Survey
from mittari.collect.survey.shelf import Shelved
from mittari.collect.web.addresses import qr_picture, survey_address, trial_address
from mittari.errors import Told
from mittari.show.speech import Speech, capital
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
    fault: Markup | None
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
                fault=fault_of(site.say, each),
                answers=answers.get(each.name, 0),
                address=address,
                picture=qr_picture(address) if address else None,
                trial=trial_address(survey, collector.signer) if survey else None,
            )
        )
    return found


def fault_of(say: Speech, found: Shelved) -> Markup | None:
    """Why a survey is not open: the question and the key of the mistake, and what is wrong there."""
    if found.fault is None or isinstance(found.fault, Told):
        return say.sentence(found.fault) if found.fault else None
    flaw = placed(found.fault)
    place = [say("question {number}", number=flaw.question)] if flaw.question else []
    place += [say("key {key}", key=flaw.key)] if flaw.key and repr(flaw.key) not in str(flaw.what) else []
    said = say.sentence(flaw.what, flaw.hint)
    return Markup("{}: {}").format(capital(Markup(", ").join(place)), said) if place else said


@get("/surveys", sync_to_thread=True)
def survey_list(request: Visit) -> Response[Any]:
    """The list of surveys."""
    site: Site = request.app.state.site
    collector = collector_of(request)
    text = site.render(
        "surveys.html",
        title=site.say("Surveys"),
        nonce=request.scope["state"]["nonce"],
        here="surveys",
        waiting=site.waiting(),
        surveys=listed(site, collector),
        days=DAYS,
        public=collector.settings.public_address,
        starts=START_WORDS,
    )
    return page(request, text)


HANDLERS = [survey_list]
