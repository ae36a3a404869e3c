"""Feedback: invitations, answers, what was done about them, and how other brands were rated."""

from mittari.facts.columns import choice, derived, flag, frozen, must, seconds, star
from mittari.facts.model import Column, Table

sources = ("email", "sms", "web", "widget", "kiosk", "device", "phone", "import")
answer_kinds = (
    "csat",
    "nps",
    "ces",
    "quality_service",
    "quality_product",
    "expectation",
    "expected",
    "repurchase",
    "wtp",
    "relationship",
    "image",
    "resolved",
    "brand_words",
    "brands",
    "enps",
    "esat",
)

survey_invites = Table(
    name="survey_invites",
    grain="one invitation to a survey",
    key=("invite_id",),
    when="sent_at",
    columns=(
        must("invite_id", "id", "The invitation.", numbered=True),
        Column("survey_id", "id", "The survey."),
        Column("kind", "text", "The kind of its main question, as in responses."),
        Column("customer_id", "id", "The customer invited."),
        Column("employee_id", "id", "The employee invited, in surveys of one's own people."),
        Column("conversation_id", "id", "The conversation asked about."),
        Column("order_id", "id", "The order asked about."),
        Column("touch_at", "ts", "When the experience asked about happened."),
        must("sent_at", "ts", "When the invitation was sent."),
        flag("delivered", "0 when it bounced.", null_is=1),
        flag("is_test", "1 for an invitation sent for testing; never counted."),
        choice("source", sources, "How it reached the person."),
        derived("sent_local", "ts", "sent_at on the local wall clock."),
    ),
)

responses = Table(
    name="responses",
    grain="the answer to one question of a submitted form",
    key=("response_id",),
    when="responded_at",
    open_prefix="dim_",
    expected_order=(("sent_at", "responded_at"),),
    columns=(
        must("response_id", "id", "The answer.", numbered=True),
        Column("invite_id", "id", "The invitation it answers."),
        Column("survey_id", "id", "The survey."),
        must("kind", "enum", "What was asked.", values=answer_kinds),
        Column("item", "text", "The item within the kind, such as one aspect of quality."),
        Column("customer_id", "id", "The customer who answered; empty when unknown."),
        Column("employee_id", "id", "The employee who answered, in surveys of one's own people."),
        Column("conversation_id", "id", "The conversation asked about."),
        Column("order_id", "id", "The order asked about."),
        Column("sent_at", "ts", "When the invitation was sent."),
        Column("touch_at", "ts", "When the experience asked about happened."),
        star("responded_at", "ts", "When the answer was given.", required_unless=("answered", 0)),
        star("score", "float", "The score given, on the scale of the question.", required_unless=("answered", 0)),
        flag("answered", "0 when the form came in with this question left open.", null_is=1),
        Column("scale_min", "float", "Lowest score of the scale."),
        Column("scale_max", "float", "Highest score of the scale; 4 or 5 for faces."),
        choice("nps_kind", ("relationship", "transactional"), "Whether it is about the whole or about one contact."),
        Column("text", "text", "The comment."),
        Column("lang", "text", "Language of the comment as a BCP 47 tag."),
        Column("weight", "float", "Weight of the answer, for accounts of different size.", minimum=0),
        choice("source", sources, "How the answer came in."),
        Column("device_id", "id", "The feedback device."),
        Column("touchpoint_id", "id", "The place or page of the journey the answer is about."),
        Column("location_id", "id", "The store or office."),
        frozen("agent_id", "id", "The agent at the end of the contact; a later reassignment changes nothing."),
        frozen("team_id", "id", "The team at the end of the contact."),
        frozen("channel", "text", "The channel of the contact."),
        Column("source_key", "id", "The sender's own key of the answer: sent twice, it counts once."),
        Column("received_at", "ts", "When the answer reached Mittari."),
        seconds("age_s", "Time the answer waited on its device before it was sent."),
        flag("is_repeat_press", "1 for a second press on a device within seconds."),
        flag("is_test", "1 for an answer given for testing; never counted."),
        derived("responded_local", "ts", "responded_at on the local wall clock."),
        derived("edited_at", "ts", "When the same person next answered this about the same conversation or order."),
        derived("rescored_at", "ts", "When the same person next scored the company as a whole by this question."),
        derived("rescored_local", "ts", "rescored_at on the local wall clock."),
        derived("person_id", "id", "Who answered: the customer, else the employee."),
        derived("text_lang", "id", "Language of the comment in two letters; `und` when it cannot be told or read."),
        derived("text_tone", "int", "1 where the comment praises, -1 where it blames, 0 for both or neither."),
        derived("text_read", "int", "1 when words of the brand could be looked for, 0 when the comment has no word."),
    ),
)

text_topics = Table(
    name="text_topics",
    grain="one topic of one comment",
    key=("response_id", "topic"),
    when=None,
    columns=(
        must("response_id", "id", "The answer whose comment it is."),
        must("topic", "text", "The topic."),
        choice("tagged_by", ("agent", "rule", "model"), "Who or what found it."),
    ),
)

text_attributes = Table(
    name="text_attributes",
    grain="one attribute of the brand that a comment names, in one tone",
    key=("response_id", "attribute", "negated", "polarity"),
    when=None,
    internal=True,
    columns=(
        must("response_id", "id", "The answer whose comment it is."),
        must("attribute", "text", "The attribute, as brand_terms names it."),
        flag("expected", "1 when the brand wants to be described so."),
        flag("negated", "1 when the comment says that it is not so."),
        must("polarity", "int", "Tone of the clause: 1 praise, -1 blame, 0 both or neither."),
    ),
)

touchpoint_days = Table(
    name="touchpoint_days",
    grain="one touchpoint on one day",
    key=("touchpoint", "date"),
    when="date",
    columns=(
        must("touchpoint", "id", "The touchpoint, as answers name it in touchpoint_id."),
        must("date", "date", "The local day."),
        Column("visits", "int", "Visitors counted that day.", starred=True, required=True, minimum=0),
    ),
)

feedback_actions = Table(
    name="feedback_actions",
    grain="one follow-up of an answer, or one improvement",
    key=("action_id",),
    when="opened_at",
    columns=(
        must("action_id", "id", "The action."),
        Column("response_id", "id", "The answer followed up."),
        Column("topic", "text", "The topic improved."),
        must("kind", "enum", "The person was contacted, or a cause was mended.", values=("contact", "fix")),
        flag("is_auto", "1 when a machine did it, such as an automatic thank-you."),
        Column("opened_at", "ts", "When the action was opened."),
        Column("first_contact_at", "ts", "When the person was first contacted."),
        Column("closed_at", "ts", "When the action was closed."),
        Column("owner", "text", "Who is in charge of it."),
    ),
)

competitor_ratings = Table(
    name="competitor_ratings",
    grain="one brand rated by one respondent",
    key=("respondent_id", "brand", "category", "asked_at"),
    when="asked_at",
    columns=(
        must("respondent_id", "id", "Who rated."),
        must("brand", "text", "The brand rated."),
        flag("is_own", "1 for our own brand."),
        must("score", "float", "The score given."),
        choice("category", ("nps", "wallet"), "Recommendation from 0 to 10, or a rating used only to rank brands."),
        Column("asked_at", "ts", "When the person was asked."),
    ),
)
