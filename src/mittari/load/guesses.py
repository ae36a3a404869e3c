"""Words by which foreign headers, files and values are recognised, beyond the headers that `facts.aliases` knows.

A wrong guess is harmless here: it stands in a file that a person reads before anything is loaded.
"""

from mittari.load.translations import translations

TABLE_WORDS: dict[str, str] = {
    "conversations": "ticket tickets incident incidents case cases conversation conversations requester assignee "
    "assigned assignment resolved closed reopen reopens subject tiketti tiketit henvendelse henvendelser ärende "
    "ärenden",
    "calls": "call calls caller queue queued vru ivr talk hold wrap server outcome hangup puhelu puhelut samtale "
    "samtaler samtal",
    "responses": "survey surveys response responses answer answers nps netpro csat ces rating ratings review reviews "
    "respondent respnum weight satisfaction recommend feedback kysely vastaus vastaukset palaute undersøkelse svar "
    "enkät",
    "orders": "order orders purchase invoice invoices product sku price payment freight tilaus tilaukset lasku ordre "
    "faktura",
    "subscriptions": "subscription subscriptions contract contracts churn churned tenure plan mrr monthly billing "
    "renewal sopimus sopimukset abonnement avtale avtal",
    "customers": "customers segment country acquired asiakkaat kunder",
    "promises": "promise promises promised due deadline lupaus lupaukset løfte löfte",
    "messages": "message messages author viesti viestit melding meldinger meddelande",
    "work_time": "paid idle handling shift aux työaika arbeidstid arbetstid",
    "employees": "employee employees hired työntekijä ansatt anställd",
    "cash_entries": "cash ledger booked bank kassavirta bokført",
}

COLUMN_WORDS: dict[str, dict[str, str]] = {
    "conversations": {
        "conversation_id": "ticket id, ticket number, case id, case number, incident id, saksnummer, number, id",
        "customer_id": "customer id, requester id, contact id, user id, caller id, client id, requester, caller, email",
        "channel": "channel, contact type, source, via, origin",
        "created_at": "opened at, created at, started at, created, opened, started, submitted, reported, date",
        "first_response_at": "first reply, first response, first replied, initial response, first answered",
        "last_solved_at": "resolved at, solved at, resolved time, resolved, solved, completed",
        "closed_at": "closed at, closed time, closed",
        "reopen_count": "reopen count, reopens",
        "status": "incident state, ident state, ticket state, status, state",
        "priority": "priority",
        "team_id": "assignment group, team, group, queue",
        "agent_id": "resolved by, assigned to, assignee, agent, owner",
        "reason_code": "reason, category, topic, subcategory",
    },
    "calls": {
        "call_id": "call id, uniqueid, session id, id",
        "customer_id": "customer id, caller id, caller, customer",
        "queued_at": "queued at, queue start, q start, enqueued, queued, call start, started, start, called, created, "
        "timestamp, date",
        "wait_s": "wait time, waiting time, queue time, q time, wait, waiting",
        "outcome": "outcome, result, disposition, status",
        "agent_id": "agent, server, operator, extension",
        "talk_s": "talk time, service time, ser time, talk, duration",
        "hold_s": "hold time, hold",
        "acw_s": "after call, wrap up, wrap, acw",
        "queue_id": "queue, skill, type",
    },
    "responses": {
        "response_id": "response id, review id, respondent id, answer id, respnum, id",
        "customer_id": "customer id, respondent, contact id, user id, respnum",
        "order_id": "order id",
        "conversation_id": "conversation id, ticket id",
        "sent_at": "sent at, invited, creation date, sent",
        "responded_at": "answer timestamp, answered at, responded at, submitted at, completed at, submitted, recorded, "
        "timestamp, date, created",
        "score": "nps, netpro, csat, review score, rating, score, stars, recommend, likelihood, satisfaction",
        "text": "comment message, comment, feedback, verbatim, text, message, remark",
        "weight": "weight",
    },
    "orders": {
        "order_id": "order id, order number, invoice id, invoice number, id",
        "customer_id": "customer id, buyer id, client id, customer, buyer",
        "ordered_at": "purchase timestamp, ordered at, order date, purchase date, invoice date, created at, "
        "purchase, date",
        "status": "order status, status",
        "currency": "currency",
        "invoice_amount": "invoice amount, total amount, amount, total, revenue, price, payment value, sum",
        "product": "product, sku, item",
    },
    "subscriptions": {
        "subscription_id": "subscription id, contract id",
        "customer_id": "customer id, client id, account id, customer",
        "started_at": "started at, start date, signup, start, began",
        "ended_at": "ended at, end date, cancelled at, canceled at, churn date, end, cancelled, canceled, terminated",
        "mrr": "mrr, monthly charges, monthly price, monthly fee, monthly, price",
        "currency": "currency",
    },
    "promises": {
        "promise_id": "promise id, order id, id",
        "customer_id": "customer id, customer",
        "made_at": "promised at, made at, created",
        "due_at": "due at, estimated delivery, promised date, deadline, due, estimated",
        "kept_at": "kept at, delivered customer, delivered at, completed at, done at, delivered",
    },
}
"""Table -> column -> headers in words, the better first; all words of one must stand in the header."""

VALUES: dict[tuple[str, str], dict[str, str]] = {
    ("conversations", "channel"): {
        "email": "mail, e mail",
        "phone": "call, voice, ivr, telephone, voicemail",
        "form": "web, web form, portal, self service, api, direct opening, feedback widget",
        "chat": "live chat, messenger, web widget",
        "messaging": "whatsapp, sms, text message, telegram",
        "social": "facebook, twitter, instagram, x",
        "store": "shop, walk in, in person",
    },
    ("conversations", "status"): {
        "open": "active, in progress, assigned, reopened",
        "pending": "waiting, awaiting, awaiting user info, awaiting vendor, awaiting problem, awaiting evidence, "
        "waiting on customer, waiting on third party",
        "on_hold": "hold, snoozed",
        "solved": "resolved, done, completed",
    },
    ("calls", "outcome"): {
        "answered": "agent, served, completed, answer, success",
        "abandoned": "hang, hangup, hung up, missed, no answer, lost",
        "voicemail": "vm",
        "overflow": "transferred out",
    },
    ("orders", "status"): {
        "paid": "delivered, shipped, invoiced, approved, completed, processing, fulfilled",
        "open": "created, pending, unpaid",
        "cancelled": "canceled, unavailable, void",
        "refunded": "returned, chargeback",
    },
    ("messages", "author_type"): {
        "customer": "user, contact, requester, end user, lead",
        "agent": "admin, teammate, operator",
        "bot": "ai",
    },
}
"""(table, column) -> our word -> their words, beside the translations, which are no guesses."""


def alternatives(table: str, column: str) -> tuple[frozenset[str], ...]:
    """The sets of words that a header of this column may hold, the better first."""
    listed = COLUMN_WORDS.get(table, {}).get(column, "")
    return tuple(frozenset(words.split()) for words in listed.split(",") if words.strip())


def meanings(table: str, column: str) -> dict[str, str]:
    """Their word -> our word, for an enumeration."""
    guessed = {
        theirs.strip(): ours for ours, words in VALUES.get((table, column), {}).items() for theirs in words.split(",")
    }
    return guessed | translations(table, column)
