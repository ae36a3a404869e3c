"""What Mittari itself writes down: days covered, rows refused, periods closed and the figures they closed with."""

from mittari.facts.columns import must
from mittari.facts.model import Column, Table

coverage = Table(
    name="coverage",
    grain="one span of days for which a table is complete",
    key=("table", "from_date", "to_date"),
    when=None,
    spans=(("from_date", "to_date"),),
    columns=(
        must("table", "id", "The table."),
        must("from_date", "date", "First local day."),
        must("to_date", "date", "Last local day, itself included."),
    ),
)

rejects = Table(
    name="rejects",
    grain="one refused row and the column at fault",
    key=("table", "file", "file_id", "line", "column"),
    when="at",
    internal=True,
    columns=(
        must("table", "id", "The table the row was meant for."),
        Column("file", "text", "The file it stood in."),
        Column("file_id", "id", "Tells files of one name in different folders apart: a digest of the file's place."),
        Column("line", "int", "Its line in the file, the header being line 1."),
        Column("column", "text", "The column at fault."),
        must("reason", "text", "What is wrong with it."),
        Column("key", "text", "The key of the row, as far as it could be read."),
        Column("at", "ts", "First timestamp of the row; empty when unreadable: then it counts in every period."),
    ),
)

closes = Table(
    name="closes",
    grain="one closing of one period",
    key=("close_id",),
    when="closed_at",
    internal=True,
    columns=(
        must("close_id", "id", "The closing."),
        must("period", "text", "The period closed."),
        must("closed_at", "ts", "When it was closed."),
        Column("closed_by", "text", "Who signed."),
        Column("data_version", "int", "Version of the data the figures were computed from."),
    ),
)

closed_results = Table(
    name="closed_results",
    grain="one figure as it was reported when its period was closed",
    key=("close_id", "kpi_id", "output", "slice", "params"),
    when="as_of",
    internal=True,
    columns=(
        must("close_id", "id", "The closing it belongs to."),
        must("kpi_id", "id", "The KPI."),
        Column("output", "text", "The output of the KPI; empty: the headline."),
        must("period", "text", "The period."),
        Column("as_of", "ts", "Events later than this instant were not known yet."),
        Column("slice", "text", "The slice as a JSON object."),
        Column("params", "text", "The parameters as a JSON object."),
        Column("value", "float", "The value; empty without data.", unit="as the column unit says"),
        Column("unit", "text", "Unit of the value."),
        Column("n", "int", "Rows counted."),
        Column("n_na", "int", "Rows without an answer."),
        Column("n_censored", "int", "Waits that had not ended."),
        Column("n_rejected", "int", "Rows the loader refused in the period."),
        Column("components", "text", "The sums the value is made of, as a JSON object."),
        Column("se", "float", "Standard error."),
        Column("ci_low", "float", "Lower bound of the interval."),
        Column("ci_high", "float", "Upper bound of the interval."),
        Column("ci_method", "text", "How the interval was computed."),
        Column("status", "text", "final, provisional, no_data or suppressed."),
        Column("flags", "text", "Warnings about the figure, as a JSON list."),
        Column("definition_version", "text", "Version of the definition."),
        Column("data_version", "int", "Version of the data."),
        Column("prev_hash", "text", "Hash of the figure before this one."),
        Column("hash", "text", "Hash of this figure together with the one before: a later change would show."),
    ),
)
