"""Settings come from the file, then from the environment, and a wrong one stops the start with one line."""

import json
import tomllib
from pathlib import Path
from zoneinfo import available_timezones

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mittari.errors import UserError
from mittari.settings import WEEKDAYS, OpenInterval, Settings, countries, opening_hours

WORKING_WEEK = tuple(OpenInterval(weekday, 8 * 60, 16 * 60) for weekday in range(1, 6))


def home_with(folder: Path, text: str) -> Path:
    (folder / "mittari.toml").write_text(text, encoding="utf-8")
    return folder


def refusal(home: Path, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(UserError) as caught:
        Settings.load(home, environ or {})
    return str(caught.value)


def test_without_a_file_everything_has_its_default(tmp_path: Path):
    settings = Settings.load(tmp_path, {})
    assert settings == Settings()
    assert (settings.timezone, settings.source_timezone) == ("Europe/Helsinki", "Europe/Helsinki")
    assert (settings.currency, settings.language, settings.port) == ("EUR", "en", 8710)
    assert settings.hours == WORKING_WEEK
    assert settings.default_calendar is None
    assert settings.holidays is None
    assert settings.threads >= 1


def test_the_file_goes_before_the_default(tmp_path: Path):
    settings = Settings.load(home_with(tmp_path, 'timezone = "Europe/Oslo"\nport = 9000\nholidays = "NO"\n'), {})
    assert (settings.timezone, settings.port, settings.holidays) == ("Europe/Oslo", 9000, "NO")


def test_the_environment_goes_before_the_file(tmp_path: Path):
    home = home_with(tmp_path, 'port = 9000\ncurrency = "NOK"\n')
    settings = Settings.load(home, {"MITTARI_PORT": "9001", "PATH": "/bin", "MITTARI_HOME": "elsewhere"})
    assert (settings.port, settings.currency) == (9001, "NOK")


def test_files_are_in_the_reporting_time_zone_unless_said_otherwise(tmp_path: Path):
    home = home_with(tmp_path, 'timezone = "Asia/Jerusalem"\n')
    assert Settings.load(home, {}).source_timezone == "Asia/Jerusalem"
    assert Settings.load(home, {"MITTARI_SOURCE_TIMEZONE": "UTC"}).source_timezone == "UTC"


def test_settings_cannot_be_changed_afterwards():
    with pytest.raises(AttributeError):
        Settings().port = 1  # type: ignore[misc]


def test_a_wrong_value_names_file_key_what_was_found_and_what_was_expected(tmp_path: Path):
    line = refusal(home_with(tmp_path, 'timezone = "Europe/Helsinky"\n'))
    assert line == (
        f"{tmp_path}/mittari.toml, key timezone: expected an IANA time zone such as Europe/Helsinki, "
        'found "Europe/Helsinky". Did you mean "Europe/Helsinki"?'
    )


def test_a_wrong_value_in_the_environment_names_the_variable(tmp_path: Path):
    line = refusal(tmp_path, {"MITTARI_PORT": "eighty"})
    assert line == 'environment variable MITTARI_PORT: expected a port number from 1 to 65535, found "eighty"'


def test_an_unknown_key_is_refused_with_the_nearest_one(tmp_path: Path):
    assert refusal(home_with(tmp_path, 'timezon = "UTC"\n')).endswith('Did you mean "timezone"?')


def test_an_unknown_variable_is_refused_with_the_nearest_one(tmp_path: Path):
    assert refusal(tmp_path, {"MITTARI_TIMEZON": "UTC"}).endswith('Did you mean "MITTARI_TIMEZONE"?')


def test_an_unknown_key_like_no_other_lists_what_there_is(tmp_path: Path):
    line = refusal(home_with(tmp_path, "xyzzy = 1\n"))
    assert all(row.name in line for row in Settings.rows())


def test_a_table_is_not_a_setting(tmp_path: Path):
    assert "key port" in refusal(home_with(tmp_path, "[port]\nnumber = 8710\n"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"port = \n", "expected TOML"),
        (b"port = 1\nport = 2\n", "expected TOML"),
        (b'currency = "\xe4"\n', "expected text in UTF-8"),
    ],
)
def test_a_file_that_is_not_toml_is_refused_in_one_line(tmp_path: Path, content: bytes, said: str):
    (tmp_path / "mittari.toml").write_bytes(content)
    line = refusal(tmp_path)
    assert said in line
    assert "mittari.toml" in line
    assert "\n" not in line


def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path):
    (tmp_path / "mittari.toml").mkdir()
    assert "cannot be read" in refusal(tmp_path)


WRONG = {
    "timezone": ["Helsinki", "Europe", "../etc/passwd", "", 3],
    "source_timezone": ["local", 0],
    "currency": ["eur", "EURO", "€", 978],
    "language": ["de", "EN", True],
    "default_calendar": ["", " ", 1],
    "hours": [
        *("", "Mon", "8-16", "mon 08:00-16:00", "Fri-Mon 08:00-16:00", "Mon 08:00-16:00,", 8),
        *("Mon 16:00-08:00", "Mon 08:00-08:00", "Mon 08:00-24:01", "Mon 08:60-16:00", "Mon 08:00-12:00 11:00-13:00"),
    ],
    "holidays": ["fi", "Finland", "XX", "F", True],
    "organisation": ["", " ", "x" * 81, "two\nlines", 5],
    "public_address": ["feedback.example", "ftp://feedback.example", "https://feedback.example/path", " ", 1],
    "mqtt": ["broker", "http://broker.example", "mqtt://", "mqtt://a b", 1883],
    "ask_days": [-1, 3651, "a month", 1.5, True, ""],
    "quiet_hours": ["", "20-8", "20:00-20:00", "25:00-08:00", "20:00-24:30", "Sunday", "Mon-Sun", "20:00-08:00, ", 20],
    "smtp": ["mail.example", "http://mail.example", "smtp://", "smtp://mail.example:0", "smtp://:pw@mail.example", 25],
    "mail_from": ["feedback", "The shop", "The shop <feedback>", "a b@shop.example", 1],
    "sms": ["tel:", "json://gateway.example/number", "{address}", 1],
    "chat": ["slack", "slack://token", "{address}", True],
    "device_owner": ["", "maija", "maija@", "a b@shop.example", "0401234567", "+358", "chat:", "nobody", 358, True],
    "nps_name": ["", "Mark", True],
    "port": [0, 65536, -1, 8710.0, True, "8e3", ""],
    "memory_limit": ["0%", "101%", "lots", "4", "-1GB", 4],
    "engine": ["", " ", 5, True],
    "threads": [0, -2, 1025, "many", 1.5, True],
    "rollups_from": [-1, 1.5, "some", True, ""],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_value_that_does_not_fit_is_refused(tmp_path: Path, name: str, value: object):
    home = home_with(tmp_path, f"{name} = {json.dumps(value, ensure_ascii=False)}\n")  # as TOML writes them, too
    assert f"key {name}: expected " in refusal(home)


def test_every_setting_has_wrong_values_to_be_tried():
    assert WRONG.keys() == {row.name for row in Settings.rows()}


@pytest.mark.parametrize("zone", ["UTC", "Europe/Helsinki", "America/Argentina/Buenos_Aires"])
def test_a_time_zone_is_any_of_iana(tmp_path: Path, zone: str):
    assert zone in available_timezones()
    assert Settings.load(tmp_path, {"MITTARI_TIMEZONE": zone}).timezone == zone


@pytest.mark.parametrize("limit", ["60%", "100%", "4GB", "1.5GB", "512 MiB"])
def test_duckdb_accepts_every_memory_limit_we_accept(tmp_path: Path, limit: str):
    settings = Settings.load(tmp_path, {"MITTARI_MEMORY_LIMIT": limit})
    with duckdb.connect(config={"memory_limit": settings.memory_limit, "threads": settings.threads}) as connection:
        assert connection.execute("SELECT current_setting('threads')").fetchone() == (settings.threads,)


def test_opening_hours_may_have_a_lunch_break_and_other_weekends():
    hours = opening_hours("Sat 10:00-14:00, Mon-Tue 08:00-11:30 12:00-24:00")
    assert [(interval.weekday, interval.opens, interval.closes) for interval in hours] == [
        (1, "08:00", "11:30"),
        (1, "12:00", "24:00"),
        (2, "08:00", "11:30"),
        (2, "12:00", "24:00"),
        (6, "10:00", "14:00"),
    ]


def test_always_is_every_minute_of_the_week():
    assert sum(interval.end - interval.start for interval in opening_hours("always")) == 7 * 24 * 60


@given(st.integers(0, 1439), st.integers(1, 1440), st.integers(1, 7), st.integers(1, 7))
def test_every_stretch_of_the_week_can_be_written(start: int, end: int, first: int, last: int):
    start, end = sorted((start, end))
    first, last = sorted((first, last))
    if start == end:
        end += 1
    interval = OpenInterval(1, start, end)
    days = f"{WEEKDAYS[first - 1]}-{WEEKDAYS[last - 1]}"
    found = opening_hours(f"{days} {interval.opens}-{interval.closes}")
    assert found == tuple(OpenInterval(day, start, end) for day in range(first, last + 1))


def test_the_countries_of_the_nordics_are_known():
    assert {"FI", "NO", "SE", "DK", "IS"} <= countries()


def test_the_template_holds_and_explains_every_key(tmp_path: Path):
    text = Settings.write_template(tmp_path).read_text(encoding="utf-8")
    assert tomllib.loads(text).keys() == {row.name for row in Settings.rows()}
    assert all(f"\n# {row.help}\n{row.name} = " in text for row in Settings.rows())


def test_the_template_alone_gives_the_defaults(tmp_path: Path):
    Settings.write_template(tmp_path)
    assert Settings.load(tmp_path, {}) == Settings()


def test_the_template_holds_what_was_chosen(tmp_path: Path):
    Settings.write_template(tmp_path, timezone="Europe/Stockholm", currency="SEK", port=9000, hours="always")
    settings = Settings.load(tmp_path, {})
    assert (settings.timezone, settings.currency, settings.port) == ("Europe/Stockholm", "SEK", 9000)
    assert len(settings.hours) == 7


def test_a_wrong_choice_writes_nothing(tmp_path: Path):
    with pytest.raises(UserError, match="setting currency: expected"):
        Settings.write_template(tmp_path, currency="crowns")
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_never_overwritten(tmp_path: Path):
    home_with(tmp_path, "port = 9000\n")
    with pytest.raises(UserError, match="there is a settings file already"):
        Settings.write_template(tmp_path)
    assert (tmp_path / "mittari.toml").read_text(encoding="utf-8") == "port = 9000\n"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(UserError, match=r"cannot be written: No such file"):
        Settings.write_template(tmp_path / "nowhere")
