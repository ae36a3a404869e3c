"""Taking people away changes no number, and leaves neither their ids nor their words."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

import mittari
from engines import others
from installation import copy_of
from measure.worlds import columns
from mittari.errors import UserError
from mittari.facts.persons import KEYS, NAMES
from mittari.measure.result import Record
from mittari.measure.rolled import SETS
from mittari.settings import Settings
from mittari.store.persons.erase import PREFIX
from mittari.store.persons.forget import forget
from mittari.workspace.local import PLANS, LocalWorkspace
from mittari.workspace.opening import open_local
from mittari.workspace.rolling import compare
from mittari.workspace.rolling.make import make

PERIODS = ["2025-01", "2025-03", "2025-06", "2025-02-10..2025-04-20", "2024"]
SHAPES: list[dict[str, Any]] = [{}, {"by": "channel"}, {"by": "customer.segment"}, {"by": "agent_id"}]
SAME = ("n", "n_na", "n_censored", "n_rejected", "status", "flags", "ci_method", "as_of")
NUMBERS = ("value", "se", "ci_low", "ci_high")


@pytest.fixture(scope="module")
def before(golden: LocalWorkspace) -> list[dict[tuple[str, ...], Record]]:
    """What the golden facts say in every shape, with everybody in them."""
    return [told(golden, **shape) for shape in SHAPES]


@pytest.fixture
def home(loaded_home: Path, tmp_path: Path) -> Path:
    return copy_of(loaded_home, tmp_path)


@pytest.fixture
def workspace(home: Path) -> Iterator[LocalWorkspace]:
    with open_local(home, Settings()) as opened:
        yield opened


def told(workspace: LocalWorkspace, **shape: Any) -> dict[tuple[str, ...], Record]:
    records = workspace.scorecard(period=PERIODS, outputs="all", **shape)
    return {(each.name, each.period, json.dumps(each.slice, sort_keys=True)): each for each in records}


def assert_same(before: dict[tuple[str, ...], Record], after: dict[tuple[str, ...], Record]) -> None:
    assert before.keys() == after.keys()
    for key, one in before.items():
        for name in SAME:
            assert getattr(one, name) == getattr(after[key], name), (key, name)
        for name in NUMBERS:
            first, second = getattr(one, name), getattr(after[key], name)
            assert first == second or first == pytest.approx(second, rel=1e-9, abs=1e-12), (key, name)


def texts(workspace: LocalWorkspace) -> Iterator[tuple[str, str, str]]:
    """Table, column and value of every text in every table there is, whatever made the table."""
    connection = workspace.warehouse.connection()
    columns = connection.execute(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal AND data_type = 'VARCHAR' "
        "AND database_name = current_database()"
    ).fetchall()
    for table, column in columns:
        for (value,) in connection.execute(f'SELECT DISTINCT "{column}" FROM "{table}"').fetchall():
            if value is not None:
                yield table, column, value


def keys_of(connection: duckdb.DuckDBPyConnection, customer: str) -> set[str]:
    """The keys of the rows that name a customer."""
    found = set()
    for table, key in (
        ("conversations", "conversation_id"), ("calls", "call_id"), ("responses", "response_id"),
        ("survey_invites", "invite_id"), ("orders", "order_id"), ("promises", "promise_id"),
        ("subscriptions", "subscription_id"),
    ):  # fmt: skip
        asked = f"SELECT {key} FROM {table} WHERE customer_id = ?"
        found |= {each for (each,) in connection.execute(asked, [customer]).fetchall()}
    return found


def busiest(workspace: LocalWorkspace, count: int) -> list[str]:
    """The customers with rows in most tables: answers, conversations, orders, contracts."""
    tables = ("customers", "conversations", "calls", "responses", "orders", "subscriptions", "promises")
    each = " UNION ALL ".join(f"SELECT DISTINCT customer_id, '{name}' FROM {name}" for name in tables)
    asked = f"SELECT customer_id FROM ({each}) WHERE customer_id IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1"
    return [name for (name,) in workspace.warehouse.connection().execute(asked).fetchall()[:count]]


def test_every_number_stays_what_it_was(workspace: LocalWorkspace, before: list[dict[tuple[str, ...], Record]]) -> None:
    connection = workspace.warehouse.connection()
    gone = [*busiest(workspace, 6), "A", "B"]
    speakers = connection.execute(
        "SELECT DISTINCT customer_id FROM responses WHERE text IS NOT NULL ORDER BY 1 LIMIT 5"
    ).fetchall()
    gone = list(dict.fromkeys([*gone, *(name for (name,) in speakers if name)]))
    for customer in gone:
        workspace.erase_person(customer)
    for shape, one in zip(SHAPES, before, strict=True):
        assert_same(one, told(workspace, **shape))


def test_an_employee_taken_away_leaves_every_number_too(
    workspace: LocalWorkspace, before: list[dict[tuple[str, ...], Record]]
) -> None:
    shapes: list[dict[str, Any]] = [{}, {"by": "channel"}, {"by": "team_id"}]
    stood = [before[0], before[1], told(workspace, by="team_id")]
    assert SHAPES[:2] == shapes[:2]
    by_agent = sorted(str(each.value) for each in before[SHAPES.index({"by": "agent_id"})].values())
    for agent in ("e1", "e2"):
        workspace.erase_person(agent, employee=True)
    for shape, one in zip(shapes, stood, strict=True):
        assert_same(one, told(workspace, **shape))
    assert sorted(str(each.value) for each in told(workspace, by="agent_id").values()) == by_agent
    left = [where for *where, value in texts(workspace) if value in ("e1", "e2")]
    assert left == []


def test_neither_ids_nor_keys_nor_words_are_left_anywhere(workspace: LocalWorkspace) -> None:
    for customer in busiest(workspace, 4):
        connection = workspace.warehouse.connection()
        ids = keys_of(connection, customer) | {customer}
        said = {
            word
            for (word,) in connection.execute(
                "SELECT text FROM responses WHERE customer_id = ? UNION SELECT text FROM messages "
                "WHERE conversation_id IN (SELECT conversation_id FROM conversations WHERE customer_id = ?)",
                [customer, customer],
            ).fetchall()
            if word
        }
        workspace.erase_person(customer)
        found = [(table, column, value) for table, column, value in texts(workspace) if value in ids | said]
        assert found == []


def test_columns_computed_anew_after_an_erasure_give_the_same_numbers(workspace: LocalWorkspace) -> None:
    """As after an update with other rules: what depends on the order of keys, too, and what was read of words."""
    before = told(workspace, as_of="2026-06-01T00:00Z")
    for customer in [*busiest(workspace, 6), "A", "B"]:
        try:
            workspace.erase_person(customer)
        except UserError:
            assert customer in ("A", "B")  # erased already, among the busiest
    workspace.warehouse.remember("derived with", "older rules")
    report = workspace.load_rows("customers", columns([{"customer_id": "somebody new"}]))
    assert report.inserted == 1
    assert_same(before, told(workspace, as_of="2026-06-01T00:00Z"))


def test_surveys_that_forget_keep_every_number(
    workspace: LocalWorkspace, before: list[dict[tuple[str, ...], Record]]
) -> None:
    asked = "SELECT DISTINCT survey_id FROM responses UNION SELECT DISTINCT survey_id FROM survey_invites"
    for (survey,) in workspace.warehouse.connection().execute(asked).fetchall():
        if survey is not None:
            forget(workspace.warehouse, survey, datetime(2030, 1, 1), texts=True, persons=True)
    workspace.forget_state()
    for shape, one in zip(SHAPES, before, strict=True):
        assert_same(*(_within_surveys(told) for told in (one, told(workspace, **shape))))


def _within_surveys(told: dict[tuple[str, ...], Record]) -> dict[tuple[str, ...], Record]:
    """Without what sets a person's answers of one survey against those of another."""
    return {key: record for key, record in told.items() if record.kpi_id != "expectation_gap"}


def test_a_second_erasure_says_that_nobody_is_known(workspace: LocalWorkspace) -> None:
    workspace.erase_person("A")
    with pytest.raises(UserError, match="no customer is known by this id"):
        workspace.erase_person("A")
    with pytest.raises(UserError, match="no customer is known by this id"):
        workspace.export_person("A")
    (other,) = {value for _, column, value in texts(workspace) if column == "customer_id" and value.startswith(PREFIX)}
    with pytest.raises(UserError, match="was erased"):
        workspace.erase_person(other)


def test_a_dry_run_tells_what_would_change_and_changes_nothing(workspace: LocalWorkspace) -> None:
    version = workspace.data_version()
    planned = workspace.erase_person("A", dry_run=True)
    assert workspace.data_version() == version
    assert planned.rows["conversations"] >= 1
    assert workspace.erase_person("A") == planned
    assert workspace.data_version() == version + 1


def linked(workspace: LocalWorkspace) -> None:
    """A customer `Päivi` with a row in every table that hangs on another one, beside the customer `Olli`."""
    said = "Hidasta, terveisin Päivi Esimerkki"
    facts: dict[str, list[dict[str, Any]]] = {
        "customers": [
            {"customer_id": "Päivi", "account_id": "home", "segment": "gold", "referred_by": None},
            {"customer_id": "Olli", "account_id": "firm", "segment": "gold", "referred_by": "Päivi"},
            {"customer_id": "Kaisa", "account_id": "firm", "segment": "gold", "referred_by": None},
        ],
        "conversations": [
            case("z9", "Päivi", case_id="matter", agent_id="ann"),
            case("z8", "Olli", case_id="matter", agent_id="ann", merged_into="z9"),
        ],
        "messages": [
            {"message_id": "m1", "conversation_id": "z9", "sent_at": T, "author_type": "customer", "author_id": "pe@x"}
            | {"text": said},
            {"message_id": "m2", "conversation_id": "z9", "sent_at": T, "author_type": "agent", "author_id": "ann"}
            | {"text": "Hei Päivi"},
            {"message_id": "m3", "conversation_id": "z8", "sent_at": T, "author_type": "customer", "author_id": "Päivi"}
            | {"text": "I speak for Olli"},
            {"message_id": "m4", "conversation_id": "z8", "sent_at": T, "author_type": "customer", "author_id": "Olli"}
            | {"text": "Thanks"},
        ],
        "status_events": [
            {"conversation_id": "z9", "at": T, "kind": "assign", "value": "ann", "agent_id": "bo"},
            {"conversation_id": "z8", "at": T, "kind": "status", "value": "solved", "agent_id": "bo"},
        ],
        "conversation_tags": [{"conversation_id": "z9", "tag": "late", "tagged_at": T}],
        "calls": [
            {"call_id": "p1", "customer_id": None, "conversation_id": "z9", "queued_at": T, "wait_s": 1.0}
            | {"outcome": "answered", "agent_id": "ann", "case_id": "matter"},
            {"call_id": "p2", "customer_id": "Päivi", "conversation_id": None, "queued_at": T, "wait_s": 1.0}
            | {"outcome": "answered", "agent_id": "ann", "case_id": None},
        ],
        "orders": [
            {"order_id": "o1", "customer_id": "Päivi", "ordered_at": T, "currency": "EUR", "invoice_amount": 9.0}
            | {"source_conversation_id": "p2"},
        ],
        "survey_invites": [
            {"invite_id": "i1", "survey_id": "s", "sent_at": T, "customer_id": None, "order_id": "o1"},
        ],
        "responses": [
            reply("r1", customer_id="Päivi", conversation_id="z9", text=said, source_key="k1"),
            reply("r2", customer_id=None, invite_id="i1", text="Päivi again"),
            reply("r3", customer_id=None, conversation_id="p2", text="about the call"),
            reply("r4", customer_id="Olli", conversation_id="z9", text="Olli says"),
            reply("r5", employee_id="Päivi", text="an employee of the same id"),
        ],
        "text_topics": [{"response_id": "r1", "topic": "speed"}],
        "feedback_actions": [{"action_id": "f1", "response_id": "r2", "kind": "contact", "owner": "ann"}],
        "promises": [{"promise_id": "q1", "customer_id": None, "conversation_id": "z9", "due_at": T, "kept_at": None}],
        "competitor_ratings": [{"respondent_id": "Päivi", "brand": "x", "score": 3.0, "asked_at": T}],
        "cost_entries": [
            {"period": "2025-03", "category": "other", "amount": 1.0, "currency": "EUR", "customer_id": "Päivi"}
        ],
    }
    for table, some in facts.items():
        report = workspace.load_rows(table, columns(some))
        assert report.rejected == 0, report.rejects
    refused = {"order_id": "o2", "customer_id": "Päivi", "ordered_at": T, "currency": "XYZ", "invoice_amount": 1.0}
    workspace.load_rows("orders", columns([refused | {"order_id": "o1"}, refused]))


T = datetime(2025, 3, 3, 12)


def case(name: str, customer: str, **more: Any) -> dict[str, Any]:
    row = {"conversation_id": name, "customer_id": customer, "channel": "email", "created_at": T, "last_solved_at": T}
    return row | {"merged_into": None} | more


def reply(name: str, **more: Any) -> dict[str, Any]:
    row = {"response_id": name, "survey_id": "s", "kind": "csat", "responded_at": T, "score": 2.0, "lang": "fi"}
    nothing = dict.fromkeys(("customer_id", "employee_id", "conversation_id", "invite_id", "source_key"))
    return row | nothing | more


@pytest.fixture(scope="module")
def home_of_people(tmp_path_factory: pytest.TempPathFactory, plans_folder: Path) -> Path:
    """Nobody opens this home: take a copy of it."""
    home = mittari.create_home(tmp_path_factory.mktemp("people") / "home")
    (home / PLANS).symlink_to(plans_folder)
    with open_local(home, Settings()) as opened:
        linked(opened)
    return home


@pytest.fixture
def people(home_of_people: Path, tmp_path: Path) -> Iterator[LocalWorkspace]:
    with open_local(copy_of(home_of_people, tmp_path), Settings()) as opened:
        yield opened


def test_what_hangs_on_a_persons_rows_goes_with_them(people: LocalWorkspace) -> None:
    before = told_of(people)
    people.erase_person("Päivi")
    after = told_of(people)
    assert_same(before, after)
    left = {(table, column): value for table, column, value in texts(people) if "Päivi" in value or "pe@x" in value}
    assert left == {("responses", "employee_id"): "Päivi", ("responses", "person_id"): "Päivi"}
    values = {value for _, _, value in texts(people)}
    gone = {"z9", "matter", "m1", "m2", "m3", "p1", "p2", "o1", "i1", "r1", "r2", "r3", "k1", "f1", "q1", "home"}
    assert values.isdisjoint(gone)
    assert {"z8", "m4", "r4", "r5", "firm", "Olli", "ann", "bo", "Olli says", "Thanks", "speed"} <= values


def told_of(workspace: LocalWorkspace) -> dict[tuple[str, ...], Record]:
    records = workspace.scorecard(period=["2025-03", "2025-Q2"], outputs="all", as_of="2025-07-01T00:00Z")
    return {(each.name, each.period, json.dumps(each.slice, sort_keys=True)): each for each in records}


def test_what_belonged_together_still_does(people: LocalWorkspace) -> None:
    people.erase_person("Päivi")
    connection = people.warehouse.connection()
    (name,) = connection.execute("SELECT referred_by FROM customers WHERE customer_id = 'Olli'").fetchone() or ()
    assert name.startswith(PREFIX)
    joined = """
        SELECT count(*) FROM conversations AS c
        JOIN conversations AS child ON child.merged_into = c.conversation_id AND child.root_id = c.conversation_id
        JOIN messages AS m ON m.conversation_id = c.conversation_id
        JOIN calls AS k ON k.conversation_id = c.conversation_id AND k.case_id = c.case_id
        JOIN responses AS r ON r.conversation_id = c.conversation_id AND r.person_id = c.customer_id
        JOIN text_topics AS t ON t.response_id = r.response_id
        JOIN orders AS o ON o.customer_id = c.customer_id
        JOIN calls AS p ON p.call_id = o.source_conversation_id
        JOIN responses AS about ON about.conversation_id = p.call_id
        JOIN survey_invites AS i ON i.order_id = o.order_id
        JOIN responses AS signed ON signed.invite_id = i.invite_id
        JOIN feedback_actions AS f ON f.response_id = signed.response_id
        WHERE c.customer_id = ?
    """
    assert connection.execute(joined, [name]).fetchone() == (2,)  # once for each of the two messages
    assert (
        connection.execute("SELECT text_lang FROM responses WHERE text IS NULL ORDER BY 1").fetchall() == [("fi",)] * 3
    )
    refused = connection.execute('SELECT "key", reason FROM rejects ORDER BY 1').fetchall()
    assert [key.startswith(f"{name}-order-") for key, _ in refused] == [True, False]
    assert refused[0][1].endswith("found a value that was erased")


def test_an_employee_goes_from_everybodys_rows(people: LocalWorkspace) -> None:
    people.load_rows("targets", columns([{"kpi_id": "csat", "value": 0.8, "slice": "agent_id=ann", "owner": "ann"}]))
    people.erase_person("ann", employee=True)
    values = {value for _, _, value in texts(people)}
    assert values.isdisjoint({"ann", "agent_id=ann", "Hei Päivi"})
    assert {"z9", "m2", "bo", "Päivi"} <= values
    names = "SELECT agent_id FROM conversations UNION SELECT value FROM status_events WHERE kind = 'assign'"
    assert len(people.warehouse.connection().execute(names).fetchall()) == 1


def test_an_export_has_every_row_about_a_person_and_nothing_of_others(people: LocalWorkspace) -> None:
    told = people.export_person("Päivi")
    found = {section["table"]: section for section in told["tables"]}
    assert {table: len(section["rows"]) for table, section in found.items()} == {
        "customers": 1, "conversations": 1, "messages": 3, "status_events": 1, "conversation_tags": 1, "calls": 2,
        "survey_invites": 1, "responses": 3, "text_topics": 1, "feedback_actions": 1, "orders": 1, "promises": 1,
        "competitor_ratings": 1, "cost_entries": 1,
    }  # fmt: skip
    assert found["messages"]["rows"][0]["text"] == "Hidasta, terveisin Päivi Esimerkki"
    assert found["conversations"]["columns"]["channel"] == "The channel the customer came through."
    assert found["customers"]["mentions"] == [{"referred_by": "Päivi"}]
    assert "Olli" not in json.dumps(told, ensure_ascii=False).replace("I speak for Olli", "")


def test_an_employees_export_hides_who_the_customers_were(people: LocalWorkspace) -> None:
    told = people.export_person("ann", employee=True)
    found = {section["table"]: section for section in told["tables"]}
    assert len(found["conversations"]["mentions"]) == 2
    assert [row["text"] for row in found["messages"]["rows"]] == ["Hei Päivi"]
    text = json.dumps([section["mentions"] for section in told["tables"]], ensure_ascii=False)
    assert "Päivi" not in text
    assert "Hidasta" not in text


def test_no_file_of_the_home_but_the_warehouse_holds_an_id(people: LocalWorkspace) -> None:
    (people.home / PLANS).unlink()  # the plans of this home alone
    people.scorecard(period="2025-03", by="agent_id")
    people.erase_person("Päivi")
    files = [path for path in people.home.rglob("*") if path.is_file() and path.name != "warehouse.duckdb"]
    assert any(path.parent.name == "plans" for path in files)
    for path in files:
        content = path.read_bytes()
        assert "Päivi".encode() not in content, path
        assert b"ann" not in content.split(), path


def test_closes_stay_signed(people: LocalWorkspace) -> None:
    people.close_period("2025-03", by="me")
    people.erase_person("Päivi")
    people.erase_person("ann", employee=True)
    assert all(finding.ok for finding in people.doctor() if "close" in finding.what)


def test_days_kept_as_sums_stay_true(people: LocalWorkspace) -> None:
    make(people)
    people.erase_person("Päivi")
    people.erase_person("ann", employee=True)
    forget(people.warehouse, "s", datetime(2026, 1, 1), texts=True, persons=True)
    people.load_rows("conversations", columns([case("new", "Olli")]))
    compared = compare.verify(people)
    assert compared
    assert [each for each in compared if each.differing] == []


def test_days_kept_as_sums_know_no_names() -> None:
    """An erasure leaves them alone; a set with the agent in it would have to be renamed there as well."""
    kept = {name for sets in SETS.values() for one in sets for name in one}
    leading = {*NAMES["customer"], *NAMES["employee"], *(name for names in KEYS.values() for name in names)}
    assert kept.isdisjoint(leading)


@pytest.mark.parametrize("name", others())
def test_a_copy_on_another_engine_forgets_as_well(
    name: str, setting_of: Callable[[str], str], tmp_path: Path, plans_folder: Path
) -> None:
    home = mittari.create_home(tmp_path / "copied")
    (home / PLANS).symlink_to(plans_folder)
    with open_local(home, Settings(engine=setting_of(name))) as copied:
        linked(copied)
        before = told_of(copied)
        copied.erase_person("Päivi")
        copied.erase_person("ann", employee=True)
        assert_same(before, told_of(copied))
        for table, column in (
            ("conversations", "customer_id"), ("conversations", "conversation_id"), ("conversations", "agent_id"),
            ("responses", "customer_id"), ("responses", "text"), ("messages", "text"), ("orders", "order_id"),
        ):  # fmt: skip
            asked = f"SELECT {column} AS value FROM {table} WHERE {column} IS NOT NULL ORDER BY 1"
            theirs, ours = (set(reader.fetch(asked, {})["value"].tolist()) for reader in (copied._reader, copied))
            assert theirs == ours
            assert theirs.isdisjoint({"Päivi", "z9", "o1", "ann", "Hei Päivi"})
