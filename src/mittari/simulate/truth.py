"""The truth behind a simulated company: what a measurement of its rows ought to find."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime

from mittari.simulate.plan import Plan
from mittari.simulate.tally import Tally


@dataclass(frozen=True)
class Truth:
    """Known quantities. Shares are fractions of 1, ratios plain numbers, instants UTC.

    Expected values are averages of the chances that the simulation used, over the contacts that happened: what was
    measured on the same rows differs from them by chance alone, contact by contact.
    """

    bot_start: datetime
    staffing_start: datetime
    campaign_start: datetime
    campaign_end: datetime
    reminder_start: datetime
    service_level_before: float  # expected share answered within 20 s, gone within 5 s left out
    service_level_after: float
    service_level_unchanged: float  # what it would have been after that date without the added staff
    bot_solved_share: float  # of chats that begin with the bot
    promise_kept_before: float
    promise_kept_after: float
    campaign_discount: float  # lowers price realisation of private customers by this while it lasts
    campaign_orders: float  # order volume of private customers while it lasts, relative to before
    churn_hazard_ratios: dict[str, float]  # slow_answer, broken_promise, satisfaction (per point of the latent scale)
    monthly_churn_hazard: float  # of a customer of satisfaction 0 to whom nothing bad happened
    mean_satisfaction: float  # latent, over customer-months
    csat_of_asked: float  # expected share of 4 and 5 had everybody answered who was asked
    csat_of_answering: float  # the same for those who answered: the difference is non-response bias
    resolved_share: float  # chance that an average agent truly settles an ordinary matter

    @property
    def service_level_effect(self) -> float:
        """What the added staff did to the service level, in fractions of 1."""
        return self.service_level_after - self.service_level_unchanged


def truth_of(plan: Plan, tally: Tally) -> Truth:
    """The truth of a plan and of what its months added up to. A quantity without any case is nan."""
    profile = plan.profile

    def share(part: str, whole: str) -> float:
        total = tally.sums.get(whole, 0.0)
        return tally.sums.get(part, 0.0) / total if total else math.nan

    return Truth(
        bot_start=_utc(plan.bot_start),
        staffing_start=_utc(plan.staffing_start),
        campaign_start=_utc(plan.campaign[0]),
        campaign_end=_utc(plan.campaign[1]),
        reminder_start=_utc(plan.reminder_start),
        service_level_before=share("within_before", "offered_before"),
        service_level_after=share("within_after", "offered_after"),
        service_level_unchanged=share("within_unchanged_after", "offered_unchanged_after"),
        bot_solved_share=profile.bot_solves,
        promise_kept_before=profile.promise_kept,
        promise_kept_after=profile.reminder_kept,
        campaign_discount=profile.campaign_discount,
        campaign_orders=profile.campaign_orders,
        churn_hazard_ratios={
            "slow_answer": math.exp(profile.log_hazard_slow),
            "broken_promise": math.exp(profile.log_hazard_broken),
            "satisfaction": math.exp(profile.log_hazard_satisfaction),
        },
        monthly_churn_hazard=profile.churn,
        mean_satisfaction=share("satisfaction", "customer_months"),
        csat_of_asked=share("top_asked", "csat_asked"),
        csat_of_answering=share("top_answering", "csat_answering"),
        resolved_share=profile.resolved,
    )


def _utc(instant: int) -> datetime:
    return datetime.fromtimestamp(instant, UTC)
