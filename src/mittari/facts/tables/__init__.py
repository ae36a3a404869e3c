"""Every fact table: who, what happened, what was said, money, what figures are held against; in the manual's order."""

from mittari.facts.model import Table
from mittari.facts.tables import cash, conversations, feedback, outlook, people, records, service

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        people.customers,
        records.coverage,
        conversations.conversations,
        conversations.messages,
        conversations.status_events,
        conversations.conversation_tags,
        service.calls,
        service.sla_targets,
        feedback.survey_invites,
        feedback.responses,
        feedback.text_topics,
        feedback.text_attributes,
        feedback.touchpoint_days,
        feedback.feedback_actions,
        cash.orders,
        cash.subscriptions,
        people.employees,
        people.work_time,
        service.promises,
        cash.cash_entries,
        cash.cost_entries,
        outlook.benchmarks,
        feedback.competitor_ratings,
        cash.fx_rates,
        service.business_calendars,
        outlook.targets,
        outlook.interventions,
        outlook.brand_terms,
        records.rejects,
        records.closes,
        records.closed_results,
    )
}
