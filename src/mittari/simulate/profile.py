"""The numbers the company runs on: what a reader may want to change, and what `truth()` reports."""

from dataclasses import dataclass

CHANNELS = ("email", "chat", "messaging", "social", "form", "phone")
EMAIL, CHAT, MESSAGING, SOCIAL, FORM, PHONE = range(6)
REASONS = ("billing", "delivery", "product", "account", "order", "technical", "contract", "other")
TEAMS = ("phone", "chat", "email", "social")
TEAM_OF_CHANNEL = (2, 1, 3, 3, 2, 0)  # by the order of CHANNELS
COUNTRIES = ("FI", "NO", "SE")
CURRENCIES = ("EUR", "NOK", "SEK")  # by the order of COUNTRIES
LANGUAGES = ("fi", "nb", "sv", "en")
SEGMENTS = ("b2c", "b2b")


@dataclass(frozen=True)
class Profile:
    """Rates and effects of a simulated company. Shares are fractions of 1, durations seconds.

    The defaults are chosen so that the headline numbers lie where a mid-size Nordic service company has them.
    """

    # Demand
    channel_shares: tuple[float, ...] = (0.38, 0.33, 0.05, 0.11, 0.13)  # written contacts, by the order of CHANNELS
    calls_per_conversation: float = 0.55
    yearly_growth: float = 0.04
    day_shock: float = 0.10  # sd of the log of a day's demand around its forecast
    half_hour_shock: float = 0.16
    # Waiting on the phone: Erlang-like, `phone_agents` parallel agents per queue at `phone_load`
    phone_agents: float = 12.0
    phone_load: float = 0.645
    phone_handle: float = 330.0
    phone_patience: float = 430.0
    chat_wait: float = 95.0  # median at the planned load
    chat_patience: float = 2_900.0
    email_wait: float = 4_600.0  # open seconds, median at the planned load
    social_wait: float = 2_700.0
    # Resolving
    resolved: float = 0.86  # share of contacts whose matter is truly settled
    reopened_if_unresolved: float = 0.20
    repeated_if_unresolved: float = 0.50
    complaint: float = 0.008
    # Surveys
    csat_invited: float = 0.55
    csat_answered: float = 0.24
    nps_rounds: int = 2  # relationship rounds a year
    nps_answered: float = 0.36
    # Promises
    promised: float = 0.05  # of written contacts
    promise_kept: float = 0.90
    # Contracts
    churn: float = 0.0145  # monthly hazard of a customer of average satisfaction to whom nothing bad happened
    acquisition: float = 0.023  # new customers a month, of the first stock
    log_hazard_slow: float = 0.50
    log_hazard_broken: float = 0.90
    log_hazard_satisfaction: float = -0.45  # per point of latent satisfaction
    # Orders
    orders_per_conversation: float = 0.45
    # Interventions: when (fraction of the history) and how much
    bot_start: float = 0.35
    bot_solves: float = 0.27
    staffing_start: float = 0.55
    staffing_factor: float = 1.09
    reminder_start: float = 0.75
    reminder_kept: float = 0.96  # promise-keeping from then on
    campaign_start: float = 0.68
    campaign_days: int = 42
    campaign_discount: float = 0.05  # off the invoice price of b2c
    campaign_orders: float = 1.20  # b2c order volume
    # What counts as a slow answer for the churn hazard, by the order of CHANNELS: seconds of the clock
    slow_after: tuple[int, ...] = (172_800, 600, 28_800, 28_800, 172_800, 120)
