"""What an installation can choose: every setting declared once, with its default, its explanation and its check.

Settings come from `mittari.toml` in the home folder, then from the environment as `MITTARI_<NAME>`, which wins. An
unknown or wrong value stops the start: a board that quietly runs in another time zone is worse than one that does not
run.
The file that `mittari init` writes and the manual page derive from the declarations in `Settings`.
"""

import itertools
import json
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from email.utils import parseaddr
from importlib import resources
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from mittari.errors import UserError, did_you_mean

FILE_NAME = "mittari.toml"
PREFIX = "MITTARI_"
RESERVED = frozenset({"MITTARI_HOME"})
"""Variables with our prefix that are no settings: the home folder cannot be chosen by a file inside it."""

LANGUAGES = ("en", "fi", "nb", "sv")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

Value = TypeVar("Value")


class Unfit(ValueError):
    """A value does not fit its setting; `str()` says what was expected, `hint` what may have been meant."""

    def __init__(self, expected: str, hint: str = "") -> None:
        super().__init__(expected)
        self.hint = hint


@dataclass(frozen=True)
class OpenInterval:
    """One stretch of opening hours: `weekday` 1 (Monday) to 7, `start` and `end` in minutes after local midnight."""

    weekday: int
    start: int
    end: int

    @property
    def opens(self) -> str:
        return clock_text(self.start)

    @property
    def closes(self) -> str:
        """The closing time as `HH:MM`; the end of the day is `24:00`."""
        return clock_text(self.end)


def clock_text(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def as_text(given: object, expected: str) -> str:
    if not isinstance(given, str) or not given.strip():
        raise Unfit(expected)
    return given.strip()


def time_zone(given: object) -> str:
    expected = "an IANA time zone such as Europe/Helsinki"
    name = as_text(given, expected)
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # OSError: a folder of the zone tree, such as "Europe"
        raise Unfit(expected, did_you_mean(name, available_timezones())) from error
    return name


def source_time_zone(given: object) -> str:
    """A time zone, or an empty text for `auto`; `Settings` puts the reporting time zone in its place."""
    return "" if given == "auto" else time_zone(given)


def currency(given: object) -> str:
    expected = "a currency code of three capital letters (ISO 4217) such as EUR"
    code = as_text(given, expected)
    if not re.fullmatch("[A-Z]{3}", code):
        raise Unfit(expected, f'Did you mean "{code.upper()}"?' if re.fullmatch("[A-Za-z]{3}", code) else "")
    return code


def language(given: object) -> str:
    expected = "one of " + ", ".join(LANGUAGES)
    code = as_text(given, expected)
    if code not in LANGUAGES:
        raise Unfit(expected, did_you_mean(code, LANGUAGES))
    return code


def calendar_name(given: object) -> str | None:
    name = as_text(given, 'the name of a business calendar, or "auto"')
    return None if name == "auto" else name


def holiday_region(given: object) -> str | None:
    """A country of ISO 3166, optionally with a subdivision such as `DE-BY`; None for `none`.

    Whether holidays are known for it is found out where they are needed; here only the code is checked, because the
    holiday tables are too slow to import at every start.
    """
    expected = 'a country code (ISO 3166) such as FI or DE-BY, or "none"'
    region = as_text(given, expected)
    if region == "none":
        return None
    if not re.fullmatch("[A-Z]{2}(-[A-Z0-9]{1,3})?", region) or region[:2] not in countries():
        raise Unfit(expected, f'Did you mean "{region.upper()}"?' if region.upper()[:2] in countries() else "")
    return region


def countries() -> frozenset[str]:
    """The country codes of ISO 3166, from the table that comes with the time zones."""
    table = resources.files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text(encoding="utf-8")
    return frozenset(line[:2] for line in table.splitlines() if not line.startswith("#"))


def opening_hours(given: object) -> tuple[OpenInterval, ...]:
    """Weekly opening hours: days, then one or more stretches of the day; more days after a comma.

    >>> [(i.weekday, i.opens, i.closes) for i in opening_hours("Mon 08:00-12:00 13:00-16:00, Sat 10:00-24:00")]
    [(1, '08:00', '12:00'), (1, '13:00', '16:00'), (6, '10:00', '24:00')]
    """
    expected = 'opening hours such as "Mon-Fri 08:00-16:00, Sat 10:00-14:00", or "always"'
    text = as_text(given, expected)
    if text == "always":
        text = "Mon-Sun 00:00-24:00"
    found: list[OpenInterval] = []
    for part in text.split(","):
        days, *stretches = part.split() or [""]
        if not stretches:
            raise Unfit(expected)
        for weekday in _weekdays(days, expected):
            found.extend(OpenInterval(weekday, *_stretch(stretch, expected)) for stretch in stretches)
    found.sort(key=lambda interval: (interval.weekday, interval.start))
    for before, after in itertools.pairwise(found):
        if before.weekday == after.weekday and after.start < before.end:
            raise Unfit(f"{expected}, without overlaps (as on {WEEKDAYS[after.weekday - 1]} at {after.opens})")
    return tuple(found)


def _weekdays(text: str, expected: str) -> range:
    first, _, last = text.partition("-")
    if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
        raise Unfit(expected)
    start, end = WEEKDAYS.index(first) + 1, WEEKDAYS.index(last or first) + 1
    if end < start:
        raise Unfit(f"{expected}, with the days from Mon to Sun in order")
    return range(start, end + 1)


def _stretch(text: str, expected: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d\d):([0-5]\d)-(\d\d):([0-5]\d)", text)
    if not match:
        raise Unfit(expected)
    start, end = (int(match[hour]) * 60 + int(match[hour + 1]) for hour in (1, 3))
    if not start < end <= 24 * 60:
        raise Unfit(f"{expected}, each stretch ending after it starts and at 24:00 at the latest")
    return start, end


def whole_number(given: object, expected: str, lowest: int, highest: int) -> int:
    """An integer within bounds, also as text, since the environment knows nothing else."""
    number = int(given) if isinstance(given, str) and re.fullmatch("[0-9]{1,9}", given) else given
    if not isinstance(number, int) or isinstance(number, bool) or not lowest <= number <= highest:
        raise Unfit(expected)
    return number


def short_text(given: object) -> str:
    expected = "a text of up to 80 characters"
    text = as_text(given, expected)
    if len(text) > 80 or not text.isprintable():
        raise Unfit(expected)
    return text


def web_address(given: object) -> str:
    """An address of http or https without a path, or an empty text."""
    if given == "":
        return ""
    expected = "an address such as https://feedback.example, without a path"
    text = as_text(given, expected).rstrip("/")
    if not re.fullmatch(r"https?://[a-zA-Z0-9.\[\]:_-]+", text):
        raise Unfit(expected)
    return text


def broker_address(given: object) -> str:
    """Where a broker of MQTT answers, or an empty text."""
    if given == "":
        return ""
    expected = "an address such as mqtt://user:password@host:1883, or mqtts:// with encryption"
    text = as_text(given, expected)
    if not re.fullmatch(r"mqtts?://([^\s/@]+@)?[a-zA-Z0-9.\[\]:_-]+", text):
        raise Unfit(expected)
    return text


@dataclass(frozen=True)
class QuietHours:
    """When nobody is asked: a stretch of every day in minutes after local midnight, which may pass over midnight, and
    whole weekdays, 1 (Monday) to 7. Without a stretch both ends are equal."""

    start: int = 0
    end: int = 0
    weekdays: frozenset[int] = frozenset()

    def covers(self, weekday: int, minute: int) -> bool:
        """Whether a minute of a weekday is quiet."""
        if weekday in self.weekdays:
            return True
        if self.start <= self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end


def quiet_hours(given: object) -> QuietHours:
    """A stretch of the day, then weekdays that are quiet altogether.

    >>> quiet_hours("20:00-08:00, Sun").covers(7, 12 * 60)
    True
    """
    expected = 'quiet hours such as "20:00-08:00" or "20:00-08:00, Sun", or "none"'
    text = as_text(given, expected)
    if text == "none":
        return QuietHours()
    start = end = 0
    weekdays: set[int] = set()
    for part in (part.strip() for part in text.split(",")):
        match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)", part)
        if match is None:
            weekdays |= set(_weekdays(part, expected))
            continue
        hours = int(match[1]), int(match[3])
        start, end = hours[0] * 60 + int(match[2]), hours[1] * 60 + int(match[4])
        if start == end or end > 24 * 60:
            raise Unfit(expected)
    if len(weekdays) == len(WEEKDAYS):
        raise Unfit(f"{expected}, with a day left on which people may be asked")
    return QuietHours(start, end, frozenset(weekdays))


def mail_server(given: object) -> str:
    """The address of an SMTP server, or an empty text."""
    if given == "":
        return ""
    expected = "an address such as smtp://user:password@mail.example:587, or smtps:// for TLS from the first byte"
    text = as_text(given, expected)
    try:
        parts = urlsplit(text)
        fits = (
            parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.path in ("", "/") and parts.port != 0
        )
    except ValueError as error:
        raise Unfit(expected) from error
    if not fits or (parts.password is not None and not parts.username):
        raise Unfit(expected)
    return text


MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


def sender_address(given: object) -> str:
    """Who sends mail: an address, with or without a name; or an empty text."""
    if given == "":
        return ""
    expected = 'an e-mail address such as feedback@shop.example, or "The shop <feedback@shop.example>"'
    text = as_text(given, expected)
    _, address = parseaddr(text)
    if not text.isprintable() or not MAILBOX.fullmatch(address):
        raise Unfit(expected)
    return text


CHAT_OWNER = "chat:"
NOBODY = "none"


def owner_address(given: object) -> str:
    """Where somebody responsible is told: e-mail, a telephone number, or a recipient in the chat; or `none`."""
    expected = 'an e-mail address, a telephone number such as +358401234567, "chat:RECIPIENT", or "none"'
    text = as_text(given, expected)
    if text == NOBODY or (MAILBOX.fullmatch(text) and len(text) <= 254):
        return text
    if text.startswith(CHAT_OWNER) and 0 < len(text) - len(CHAT_OWNER) <= 200 and text.isprintable():
        return text
    number = re.sub(r"[ ().\u00a0/-]", "", text)
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", number):
        raise Unfit(expected)
    return number


def notifier(given: object) -> str:
    """An address of Apprise with a place for the recipient, or an empty text."""
    if given == "":
        return ""
    expected = "an address of Apprise with {address} in place of the recipient"
    text = as_text(given, expected)
    if "{address}" not in text or "://" not in text:
        raise Unfit(expected)
    return text


def days(given: object) -> int:
    return whole_number(given, "a number of days from 0 to 3650", 0, 3650)


def nps_name(given: object) -> str:
    expected = '"mark" or "neutral"'
    name = as_text(given, expected)
    if name not in ("mark", "neutral"):
        raise Unfit(expected)
    return name


def port_number(given: object) -> int:
    return whole_number(given, "a port number from 1 to 65535", 1, 65535)


def memory_limit(given: object) -> str:
    """What DuckDB may use: a share of the machine's memory or an amount, as DuckDB itself reads it."""
    expected = 'a share of memory such as "60%" or an amount such as "4GB"'
    text = as_text(given, expected)
    match = re.fullmatch(r"(\d{1,6}(?:\.\d{1,3})?) ?(%|[KMGT]i?B)", text)
    if not match or float(match[1]) <= 0 or (match[2] == "%" and float(match[1]) > 100):
        raise Unfit(expected)
    return text


def thread_count(given: object) -> int:
    """How many threads a query may use; `auto` is the number of cores this process may run on."""
    if given == "auto":
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return whole_number(given, 'a number of threads from 1 to 1024, or "auto"', 1, 1024)


def row_count(given: object) -> int | None:
    """A number of rows; None for `never`."""
    if given == "never":
        return None
    return whole_number(given, 'a number of rows from 0 to 999999999, or "never"', 0, 999_999_999)


@dataclass(frozen=True)
class Row:
    """One setting as people meet it: its name, its default as a file would hold it, its meaning and its check."""

    name: str
    default: str | int
    help: str
    parse: Callable[[object], object]

    @property
    def variable(self) -> str:
        """The environment variable that goes before the file."""
        return PREFIX + self.name.upper()

    def read(self, given: object, where: str) -> object:
        try:
            return self.parse(given)
        except Unfit as error:
            found = json.dumps(given, ensure_ascii=False, default=str)
            raise UserError(f"expected {error}, found {found}", where, error.hint or None) from error


def engine_address(given: object) -> str:
    """The name of an engine, or its address; which engines there are is known where facts are kept."""
    return as_text(given, "the name or the address of an engine")


def setting(default: str | int, explanation: str, parse: Callable[[object], Value], secret: bool = False) -> Value:
    """Declare a setting: a dataclass field that starts as its parsed default and knows how to read a given value.

    A secret one is left out where settings are printed: an address may hold a password, or be a person's.
    """
    return field(default=parse(default), metadata={"row": (default, explanation, parse)}, repr=not secret)


@dataclass(frozen=True)
class Settings:
    """The settings of one installation, checked. Made by `Settings.load`; tests may name single values."""

    timezone: str = setting("Europe/Helsinki", "Days, weeks and months begin at midnight in this time zone.", time_zone)
    currency: str = setting("EUR", "The currency in which money is reported; other currencies are converted.", currency)
    language: str = setting("en", f"The language of pages and reports: {', '.join(LANGUAGES)}.", language)
    source_timezone: str = setting(
        "auto", 'The time zone of clock times in files that do not say theirs; "auto" is timezone.', source_time_zone
    )
    default_calendar: str | None = setting(
        "auto",
        'The business calendar of rows that name none; "auto" is the only one loaded, else "std".',
        calendar_name,
    )
    hours: tuple[OpenInterval, ...] = setting(
        "Mon-Fri 08:00-16:00", 'Opening hours while no business calendar is loaded, or "always".', opening_hours
    )
    holidays: str | None = setting(
        "none", 'The country whose public holidays are closed, such as FI or DE-BY, or "none".', holiday_region
    )
    organisation: str = setting("Our company", "The name that customers read in surveys and invitations.", short_text)
    public_address: str = setting(
        "",
        "Where customers and tablets reach this machine, as https://feedback.example; links and QR codes begin so.",
        web_address,
    )
    mqtt: str = setting(
        "",
        "The broker where buttons send their taps by MQTT 5, as mqtt://user:password@host:1883; empty without one.",
        broker_address,
        secret=True,
    )
    ask_days: int = setting(30, "A person is asked at most once in so many days, over all surveys and channels.", days)
    quiet_hours: QuietHours = setting(  # noqa: RUF009  # it is frozen
        "20:00-08:00",
        'When nobody is asked, on the clocks of timezone; also "20:00-08:00, Sun", or "none".',
        quiet_hours,
    )
    smtp: str = setting(
        "",
        "The mail server for invitations and alarms: smtp://user:password@mail.example:587 (STARTTLS), or smtps://.",
        mail_server,
        secret=True,
    )
    mail_from: str = setting(
        "", 'Who sends invitations by e-mail, such as "The shop <feedback@shop.example>".', sender_address
    )
    sms: str = setting(
        "",
        "How text messages are sent: an address of Apprise with {address} in place of the telephone number.",
        notifier,
        secret=True,
    )
    chat: str = setting(
        "",
        "How chat messages are sent: an address of Apprise with {address} in place of the recipient.",
        notifier,
        secret=True,
    )
    device_owner: str = setting(
        "none",
        "Who is told when a kiosk or button falls silent and when it is back, where it has no owner of its own: an\n"
        '# e-mail address, a telephone number such as +358401234567, "chat:RECIPIENT", or "none".',
        owner_address,
        secret=True,
    )
    nps_name: str = setting(
        "mark",
        'What the recommendation score is called on pages: "mark" (Net Promoter Score, with the notice that the\n'
        '# owners of the mark require) or "neutral".',
        nps_name,
    )
    port: int = setting(8710, "The port of the board on this machine.", port_number)
    memory_limit: str = setting(
        "60%",
        'What queries may use before they go to disk: a share of memory, or an amount such as "4GB".',
        memory_limit,
    )
    engine: str = setting(
        "duckdb",
        'Where numbers are asked: "duckdb", or a copy: "chdb", or an address as "postgresql://user@host/database".',
        engine_address,
        secret=True,
    )
    threads: int = setting("auto", 'How many threads a query may use; "auto" is one per core.', thread_count)
    rollups_from: int | None = setting(
        5_000_000,
        "From so many rows in one table on, days are kept as sums and percentiles are taken from buckets 1 % wide\n"
        '# (flag approx); "never" counts every number from the rows.',
        row_count,
    )

    def __post_init__(self) -> None:
        if not self.source_timezone:
            object.__setattr__(self, "source_timezone", self.timezone)

    @staticmethod
    def rows() -> tuple[Row, ...]:
        """The declarations, in the order of the file."""
        return tuple(Row(declared.name, *declared.metadata["row"]) for declared in fields(Settings))

    @classmethod
    def load(cls, home: str | Path, environ: Mapping[str, str]) -> "Settings":
        """The settings of the installation in `home`; whatever neither the file nor `environ` names has its default."""
        path = Path(home) / FILE_NAME
        rows = {row.name: row for row in cls.rows()}
        chosen: dict[str, object] = {}
        for name, given in _read_file(path).items():
            where = f"{path}, key {name}"
            chosen[name] = _row(name, rows, where).read(given, where)
        for variable, given in environ.items():
            if variable.startswith(PREFIX) and variable not in RESERVED:
                where = f"environment variable {variable}"
                row = _row(variable, {row.variable: row for row in rows.values()}, where)
                chosen[row.name] = row.read(given, where)
        return cls(**chosen)  # type: ignore[arg-type]  # each value comes from the parser of its own field

    @classmethod
    def write_template(cls, home: str | Path, **chosen: str | int) -> Path:
        """Write `mittari.toml` with every key present and explained, and return its path.

        `chosen` holds values as the file would; they are checked first. An existing file is never overwritten.
        """
        path = Path(home) / FILE_NAME
        rows = {row.name: row for row in cls.rows()}
        for name, given in chosen.items():
            _row(name, rows, f"setting {name}").read(given, f"setting {name}")
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(template(chosen))
        except FileExistsError as error:
            raise UserError("there is a settings file already", path, "Edit it, or choose another folder.") from error
        except OSError as error:
            raise UserError(f"the settings file cannot be written: {error.strerror}", path) from error
        return path


def template(chosen: Mapping[str, str | int]) -> str:
    """The text of a settings file: each key with its explanation, at its chosen value or its default."""
    head = f"# The settings of this installation. An environment variable goes before this file: {PREFIX}PORT=8711.\n"
    parts = (f"\n# {row.help}\n{row.name} = {_toml(chosen.get(row.name, row.default))}\n" for row in Settings.rows())
    return head + "".join(parts)


def _toml(value: str | int) -> str:
    return str(value) if isinstance(value, int) else json.dumps(value, ensure_ascii=False)


def _row(name: str, rows: Mapping[str, Row], where: str) -> Row:
    if name not in rows:
        hint = did_you_mean(name, rows) or f"The settings are {', '.join(rows)}."
        raise UserError("there is no such setting", where, hint)
    return rows[name]


def _read_file(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}  # a folder without a settings file runs on the defaults
    except UnicodeDecodeError as error:
        raise UserError(f"expected text in UTF-8, found another encoding at byte {error.start}", path) from error
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"expected TOML, found a mistake: {error}", path) from error
    except OSError as error:
        raise UserError(f"the settings file cannot be read: {error.strerror}", path) from error
