"""What an installation can choose: every setting declared once, with its default, its explanation and its check.

Settings come from `mittari.toml` in the home folder, then from the environment as `MITTARI_<NAME>`, which wins. An
unknown or wrong value stops the start: a board that quietly runs in another time zone is worse than one that does not
run.
The file that `mittari init` writes and the manual page derive from the declarations in `Settings`.
"""

import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TypeVar

from mittari.errors import UserError, did_you_mean
from mittari.settings.addresses import (
    broker_address,
    engine_address,
    mail_server,
    notifier,
    owner_address,
    sender_address,
    web_address,
)
from mittari.settings.hours import OpenInterval, QuietHours, opening_hours, quiet_hours
from mittari.settings.values import (
    LANGUAGES,
    Unfit,
    calendar_name,
    currency,
    days,
    holiday_region,
    language,
    memory_limit,
    nps_name,
    port_number,
    row_count,
    short_text,
    source_time_zone,
    thread_count,
    time_zone,
)

FILE_NAME = "mittari.toml"
PREFIX = "MITTARI_"
RESERVED = frozenset({"MITTARI_HOME"})
"""Variables with our prefix that are no settings: the home folder cannot be chosen by a file inside it."""

Value = TypeVar("Value")


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
