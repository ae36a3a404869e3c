"""Every column that identifies something is known to lead to a person or not."""

import pytest

from mittari.facts import TABLES, Table
from mittari.facts.persons import KEYS, NAMES, NOBODY, WORDS, keys, namings, own, people_tables

KNOWN = {*(name for names in NAMES.values() for name in names), *(name for names in KEYS.values() for name in names)}


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_a_column_that_identifies_something_leads_to_a_person_or_to_nobody(table: Table) -> None:
    for column in table:
        if column.type == "id":
            assert (column.name in KNOWN) != (column.name in NOBODY), (
                f"{table.name}.{column.name}: say in facts/persons.py whether it leads to a person"
            )


def test_nothing_is_listed_that_no_table_has() -> None:
    columns = {column.name for table in TABLES.values() for column in table}
    assert columns >= (KNOWN | NOBODY)
    assert all(column in TABLES[table] for table, column in WORDS.items())


def test_an_agents_days_are_theirs_and_an_agents_conversations_are_not() -> None:
    assert own(TABLES["work_time"], "employee") == ("agent_id",)
    assert own(TABLES["conversations"], "employee") == ()
    assert own(TABLES["conversations"], "customer") == ("customer_id",)


def test_an_assignment_names_an_employee_in_its_value() -> None:
    assert [each.column for each in namings(TABLES["status_events"], "employee")] == ["agent_id", "value"]
    assert [each.column for each in namings(TABLES["status_events"], "customer")] == []


def test_rows_that_others_hang_on_are_found_first() -> None:
    order = [table.name for table in people_tables("customer")]
    assert order.index("conversations") < order.index("calls") < order.index("survey_invites")
    assert order.index("survey_invites") < order.index("responses") < order.index("feedback_actions")
    assert keys(TABLES["orders"]) == {"source_conversation_id": "conversation", "order_id": "order"}
