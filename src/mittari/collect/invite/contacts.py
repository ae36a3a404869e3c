"""Addresses as they come in, from a file or over HTTP, checked. What is wrong is told without the address. Pure."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mittari.collect.checking import ENOUGH, MOST_FIELDS, Problem, printable
from mittari.collect.invite.people import CHAT, CUSTOMER, EMAIL, EMPLOYEE, SMS, Address, person_of
from mittari.errors import UserError, did_you_mean

COLUMNS = ("customer_id", "employee_id", "email", "phone", "chat", "lang", "consent")
WAYS = {"email": EMAIL, "phone": SMS, "chat": CHAT}
MAILBOX = re.compile(
    r"(?!\.)[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}(?<!\.)@(?=.{4,253}$)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+"
)
PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
CONSENT = {"1": True, "yes": True, "true": True, "0": False, "no": False, "false": False}
LONGEST = 200


class Unfit(ValueError):
    """A value cannot be taken; `str()` says what was expected and never what was found."""


def checked_contacts(rows: Sequence[Any]) -> tuple[list[Address], list[Problem]]:
    """The addresses of the rows, and every problem; with any problem none of them is to be stored."""
    found: list[Address] = []
    problems: list[Problem] = []
    for number, row in enumerate(rows):
        if len(problems) >= ENOUGH:
            break
        if not isinstance(row, Mapping):
            problems.append(Problem(number, None, "expected an object with the columns as its keys"))
            continue
        if len(row) > MOST_FIELDS:
            problems.append(Problem(number, None, f"expected at most {MOST_FIELDS} fields, found {len(row)}"))
            continue
        wrong = list(_wrong(number, row))
        problems += wrong
        if not wrong:
            found += _addresses(row)
    return found, problems


def read_file(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file with a header. Raises UserError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            head = file.readline()
            file.seek(0)
            separator = ";" if head.count(";") > head.count(",") else ","
            return [
                {name: value or "" for name, value in row.items()} for row in csv.DictReader(file, delimiter=separator)
            ]
    except OSError as error:
        raise UserError(f"the file cannot be read: {error.strerror}", path) from error
    except UnicodeDecodeError as error:
        raise UserError(f"expected text in UTF-8, found another encoding at byte {error.start}", path) from error
    except csv.Error as error:
        raise UserError(f"expected CSV, found a mistake: {error}", path) from error


def _wrong(number: int, row: Mapping[Any, Any]) -> Iterator[Problem]:
    for name in row:
        if name not in COLUMNS:
            hint = did_you_mean(str(name)[:60], COLUMNS) or f"They are {', '.join(COLUMNS)}."
            yield Problem(number, printable(str(name)[:60]), f"there is no such column. {hint}")
    if (_given(row, "customer_id") is None) == (_given(row, "employee_id") is None):
        yield Problem(number, "customer_id", "expected either a customer_id or an employee_id")
    if all(_given(row, column) is None for column in WAYS):
        yield Problem(number, None, f"expected an address in one of {', '.join(WAYS)}")
    for column, read in READERS.items():
        try:
            read(_given(row, column))
        except Unfit as error:
            yield Problem(number, column, f"expected {error}")


def _addresses(row: Mapping[str, Any]) -> Iterator[Address]:
    customer, employee = _given(row, "customer_id"), _given(row, "employee_id")
    person = person_of(EMPLOYEE, str(employee)) if customer is None else person_of(CUSTOMER, str(customer))
    language, consent = _tag(_given(row, "lang")), _consent(_given(row, "consent"))
    for column, kind in WAYS.items():
        address = READERS[column](_given(row, column))
        if isinstance(address, str):
            yield Address(person, kind, address, language, consent)


def _given(row: Mapping[Any, Any], column: str) -> Any:
    """The value, None for an empty one."""
    value = row.get(column)
    return (value.strip() or None) if isinstance(value, str) else value


def _name(value: Any) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is not None and (not isinstance(value, str) or len(value) > LONGEST or not value.isprintable()):
        raise Unfit("an id as the facts have it")
    return value


def _mailbox(value: Any) -> str | None:
    if value is not None and (not isinstance(value, str) or not MAILBOX.fullmatch(value) or ".." in value):
        raise Unfit("an e-mail address; a domain with other letters than a to z in its xn-- form")
    return value


def _phone(value: Any) -> str | None:
    if value is None:
        return None
    number = re.sub(r"[ ().\u00a0/-]", "", value) if isinstance(value, str) else ""
    if not PHONE.fullmatch(number):
        raise Unfit("a telephone number with its country, such as +358401234567")
    return number


def _chat(value: Any) -> str | None:
    if value is not None and (not isinstance(value, str) or len(value) > LONGEST or not value.isprintable()):
        raise Unfit(f"the recipient in the chat, of up to {LONGEST} characters")
    return value


def _tag(value: Any) -> str | None:
    if value is not None and (not isinstance(value, str) or not TAG.fullmatch(value)):
        raise Unfit("a language such as fi or sv")
    return value


def _consent(value: Any) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    said = CONSENT.get(str(value).lower())
    if said is None:
        raise Unfit("yes or no")
    return said


READERS: dict[str, Any] = {
    "customer_id": _name,
    "employee_id": _name,
    "email": _mailbox,
    "phone": _phone,
    "chat": _chat,
    "lang": _tag,
    "consent": _consent,
}
