"""Money: which currencies there are, and what one is worth in the reporting currency on a day.

Amounts are converted at the reference rate of the local day of the transaction. Central banks publish none at weekends
and on holidays: then the last earlier rate counts, if it is at most seven days old. Without a rate there is no
converted amount; nothing is guessed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from mittari.errors import UserError

CURRENT = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF "
    "CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD "
    "HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD "
    "MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN "
    "PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD "
    "TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG"
)
WITHDRAWN = "ANG BGN BYR CUC EEK HRK LTL LVL MRO SLL STD VEF ZMK ZWL"
CURRENCIES = frozenset(CURRENT.split()) | frozenset(WITHDRAWN.split())
"""The codes of ISO 4217 that name money, with those withdrawn since 2010, which older files still hold."""

OLDEST_RATE_DAYS = 7

Days = NDArray[np.datetime64]
Floats = NDArray[np.float64]


def is_currency(code: str) -> bool:
    """Whether `code` is a currency of ISO 4217, in capital letters."""
    return code in CURRENCIES


@dataclass(frozen=True)
class _Series:
    """The rates of one pair of currencies: days in order, units of the quote per unit of the base."""

    days: Days
    rates: Floats

    def at(self, wanted: Days) -> tuple[Floats, Days]:
        """The last rate on or before each day and the day it is from; NaN and NaT where it is too old."""
        position = np.searchsorted(self.days, wanted, side="right") - 1
        found = np.maximum(position, 0)
        age = np.subtract(wanted, self.days[found])
        fresh = (position >= 0) & (age <= np.timedelta64(OLDEST_RATE_DAYS, "D"))
        return np.where(fresh, self.rates[found], np.nan), np.where(fresh, self.days[found], np.datetime64("NaT", "D"))


class RateTable:
    """Exchange rates into one reporting currency: an amount divided by its rate is in the reporting currency.

    Rates may be published against any base. Where the base is not the reporting currency, both currencies go through
    the base: 11.5 NOK and 11.0 SEK per EUR make 11.5 / 11.0 NOK per SEK.
    """

    def __init__(self, rows: Iterable[Mapping[str, object]], reporting_currency: str) -> None:
        """`rows` are those of the table `fx_rates`: date, base (empty: EUR), quote and rate.

        A rate is in units of the quote per unit of the base. Of several for one pair and day the last row counts.
        """
        self.reporting_currency = reporting_currency
        by_pair: dict[tuple[str, str], dict[date, float]] = {}
        for row in rows:
            day, rate = row["date"], float(str(row["rate"]))
            if not isinstance(day, date):
                raise TypeError(f"expected a date, found {day!r}")
            pair = (str(row.get("base") or "EUR"), str(row["quote"]))
            if not rate > 0:
                raise UserError(f"expected a rate above 0, found {rate}", f"rate of {pair[1]} on {day.isoformat()}")
            by_pair.setdefault(pair, {})[day] = rate
        self._series = {pair: _series(rates) for pair, rates in by_pair.items()}
        # A direct quotation of the reporting currency is the most exact, so its base is asked first.
        self._bases = sorted({base for base, _ in by_pair}, key=lambda base: (base != reporting_currency, base))

    def rate(self, currency: str, day: date) -> tuple[float, date] | None:
        """Units of `currency` per unit of the reporting currency on a local day, and the day that rate is from.

        None where no rate is at most seven days old. A rate that goes through a base is as old as its older half.
        """
        rates, days = self.rates([currency], np.array([day], dtype="datetime64[D]"))
        if np.isnan(rates[0]):
            return None
        return float(rates[0]), days[0].item()

    def rates(self, currencies: Sequence[str] | NDArray[np.object_], days: Days) -> tuple[Floats, Days]:
        """`rate` for many rows at once: rates (NaN where there is none) and the days they are from (NaT)."""
        wanted = np.asarray(days, dtype="datetime64[D]")
        names, which = np.unique(np.asarray(currencies, dtype=np.str_), return_inverse=True)
        rates = np.full(wanted.shape, np.nan)
        rate_days = np.full(wanted.shape, np.datetime64("NaT", "D"))
        for number, currency in enumerate(names):
            rows = which == number
            rates[rows], rate_days[rows] = self._rates_of(str(currency), wanted[rows])
        return rates, rate_days

    def _rates_of(self, currency: str, wanted: Days) -> tuple[Floats, Days]:
        """The rates of one currency: of the first base that knows both it and the reporting currency on the day."""
        if currency == self.reporting_currency:
            return np.ones(wanted.shape), wanted
        rates = np.full(wanted.shape, np.nan)
        rate_days = np.full(wanted.shape, np.datetime64("NaT", "D"))
        for base in self._bases:
            of_currency, currency_days = self._leg(base, currency, wanted)
            of_reporting, reporting_days = self._leg(base, self.reporting_currency, wanted)
            crossed = of_currency / of_reporting
            usable = np.isnan(rates) & ~np.isnan(crossed)
            rates[usable] = crossed[usable]
            rate_days[usable] = np.minimum(currency_days, reporting_days)[usable]
        return rates, rate_days

    def _leg(self, base: str, quote: str, wanted: Days) -> tuple[Floats, Days]:
        if quote == base:
            return np.ones(wanted.shape), wanted
        if (base, quote) not in self._series:
            return np.full(wanted.shape, np.nan), np.full(wanted.shape, np.datetime64("NaT", "D"))
        return self._series[base, quote].at(wanted)


def _series(rates: Mapping[date, float]) -> _Series:
    in_order = sorted(rates)
    return _Series(np.array(in_order, dtype="datetime64[D]"), np.array([rates[day] for day in in_order]))
