"""The people: customers, employees and the working time of employees."""

from mittari.facts.columns import choice, flag, must, seconds, star
from mittari.facts.model import Column, Table

customers = Table(
    name="customers",
    grain="one customer",
    key=("customer_id",),
    when="first_seen_at",
    columns=(
        must("customer_id", "id", "The customer, as every other table names them."),
        Column("account_id", "id", "The company or household the customer belongs to."),
        Column("segment", "text", "The group the business puts the customer in, such as consumer or enterprise."),
        Column("country", "text", "Country of residence, two letters of ISO 3166: FI, NO."),
        Column("lang", "text", "Language of the customer as a BCP 47 tag: fi, sv; Norwegian is nb or nn."),
        Column("first_seen_at", "ts", "When the customer was first heard of, buying or not."),
        Column("acquired_at", "ts", "When the person became a customer."),
        choice(
            "acquisition_channel",
            ("referral", "ad", "organic", "sales", "partner", "unknown"),
            "What brought the customer.",
        ),
        Column("referred_by", "id", "The customer who recommended the business to this one."),
        flag("contact_consent", "1 when the customer agreed to be contacted, for surveys for example."),
        flag("is_test", "1 for a customer made up for testing; never counted."),
    ),
)

employees = Table(
    name="employees",
    grain="one employment of one person",
    key=("employee_id", "start_on"),
    when="start_on",
    spans=(("start_on", "last_day_on"),),
    columns=(
        must("employee_id", "id", "The employee, as conversations and calls name them in agent_id."),
        must("start_on", "date", "First day of the employment."),
        star("last_day_on", "date", "Last day of the employment; empty while it goes on."),
        choice(
            "leave_type",
            ("voluntary", "dismissed", "redundancy", "retirement", "end_of_term", "transfer"),
            "How the employment ended.",
        ),
        Column("team_id", "id", "The team of the employee."),
        Column("role", "text", "What the employee does: agent, lead, specialist."),
        choice("contract", ("permanent", "fixed", "temp"), "Kind of employment contract."),
    ),
)

work_time = Table(
    name="work_time",
    grain="one agent on one day",
    key=("agent_id", "date"),
    when="date",
    columns=(
        must("agent_id", "id", "The agent."),
        must("date", "date", "The local day."),
        seconds("paid_s", "Time paid for.", starred=True),
        seconds(
            "handling_s",
            "Time in which at least one contact was being handled, by the clock on the wall: three chats side by side "
            "for ten minutes are 600 seconds.",
            starred=True,
        ),
        seconds("idle_s", "Time logged in and free for the next contact.", starred=True),
        seconds("aux_s", "Time in breaks, training and meetings."),
    ),
)
