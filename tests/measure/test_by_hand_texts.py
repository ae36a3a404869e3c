"""Rules of comments, topics and words about the brand that no golden record touches, on a few rows each."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from measure.by_hand import answer, at, load, recorded, value
from mittari.workspace.local import LocalWorkspace

END = datetime(2025, 3, 31, 21)
"""The end of March in Helsinki."""
BEGINNING = datetime(2025, 2, 28, 22)
SECOND = timedelta(seconds=1)
TERMS = (
    {"attribute": "fast", "expected": 1, "lang": "fi", "lemmas": "nopea nopeasti", "polarity": 1},
    {"attribute": "friendly", "expected": 1, "lang": "fi", "lemmas": "ystävällinen", "polarity": 1},
    {"attribute": "slow", "expected": 0, "lang": "fi", "lemmas": "hidas", "polarity": -1},
)


def comment(number: int, text: str | None, kind: str = "csat", **more: Any) -> dict[str, Any]:
    return answer(number, kind, 3.0, text=text, lang="fi", survey_id="s", **more)


def words(number: int, text: str, item: str | None = "us", **more: Any) -> dict[str, Any]:
    row = {"kind": "brand_words", "score": None, "answered": 0, "text": text, "lang": "fi", "item": item}
    return answer(number, **{"score": None, **row, **more})


def tag(number: int, topic: str) -> dict[str, Any]:
    return {"response_id": f"r{number}", "topic": topic}


def fix(number: int, topic: str | None, closed: datetime | None, kind: str = "fix") -> dict[str, Any]:
    return {"action_id": f"a{number}", "topic": topic, "kind": kind, "closed_at": closed}


def test_a_comment_with_several_topics_counts_once_in_each(empty: LocalWorkspace) -> None:
    load(empty, "responses", *[comment(number, "kommentti") for number in range(4)])
    load(empty, "text_topics", tag(0, "price"), tag(0, "queue"), tag(1, "queue"))
    assert value(empty, "feedback_topic_share", topic="price") == (0.25, 4)
    assert value(empty, "feedback_topic_share", topic="queue") == (0.5, 4)
    assert value(empty, "feedback_topic_share") == (0.5, 4)
    assert value(empty, "feedback_topic_share", topic="Price") == (0, 4)


@pytest.mark.parametrize(
    "other",
    [
        comment(1, None),
        comment(1, "  "),
        comment(1, "kommentti", "image"),
        comment(1, "kommentti", "enps", employee_id="e", customer_id=None),
        comment(1, "kommentti", is_test=1),
        comment(1, "kommentti", is_repeat_press=1),
        comment(1, "kommentti", responded_at=BEGINNING - SECOND),
        comment(1, "kommentti", responded_at=END),
    ],
)
def test_what_is_no_comment_to_these_questions_in_the_period_does_not_count(
    empty: LocalWorkspace, other: dict[str, Any]
) -> None:
    load(empty, "responses", comment(0, "kommentti"), other)
    load(empty, "text_topics", tag(0, "price"), tag(1, "price"))
    assert value(empty, "feedback_topic_share", topic="price") == (1, 1)


@pytest.mark.parametrize("kind", ["csat", "nps", "ces"])
def test_comments_on_satisfaction_recommendation_and_effort_count(empty: LocalWorkspace, kind: str) -> None:
    recorded(empty, "text_topics")
    moments = (BEGINNING, END - SECOND)
    load(empty, "responses", *[comment(n, "kommentti", kind, responded_at=moment) for n, moment in enumerate(moments)])
    assert value(empty, "feedback_topic_share", topic="price") == (0, 2)


def test_a_question_left_open_with_a_comment_is_a_comment(empty: LocalWorkspace) -> None:
    recorded(empty, "text_topics")
    load(empty, "responses", comment(0, "kommentti", answered=0))
    assert value(empty, "feedback_topic_share", topic="price") == (0, 1)


def test_a_comment_written_anew_within_a_day_replaces_the_first(empty: LocalWorkspace) -> None:
    about = {"conversation_id": "v", "customer_id": "k"}
    first, exactly, later = (
        comment(n, "kommentti", responded_at=at(3) + timedelta(seconds=s), **about)
        for n, s in enumerate((0, 86_400, 172_801))
    )
    load(empty, "responses", first, exactly, later)
    load(empty, "text_topics", tag(0, "price"))
    assert value(empty, "feedback_topic_share", topic="price") == (0, 2)


def test_the_share_of_a_topic_is_compared_with_the_month_before_unless_another_is_named(empty: LocalWorkspace) -> None:
    months = (datetime(2025, 1, 15), datetime(2025, 2, 15), at(15))
    load(empty, "responses", *[comment(n, "kommentti", responded_at=moment) for n, moment in enumerate(months)])
    load(empty, "text_topics", tag(1, "price"))
    assert value(empty, "feedback_topic_share.change", topic="price") == (-1, 2)
    assert value(empty, "feedback_topic_share.change", topic="price", compare="2025-01") == (0, 2)


def mentioned(empty: LocalWorkspace, times: int, topic: str = "price", first: int = 0, **more: Any) -> None:
    rows = [comment(first + number, "kommentti", responded_at=at(3), **more) for number in range(times)]
    load(empty, "responses", *rows)
    load(empty, "text_topics", *[tag(first + number, topic) for number in range(times)])


@pytest.mark.parametrize(
    ("topic", "times", "asks"), [("price", 4, 0), ("price", 5, 1), ("Safety", 1, 1), ("legal", 1, 1)]
)
def test_five_mentions_ask_for_action_and_of_urgent_topics_one(
    empty: LocalWorkspace, topic: str, times: int, asks: int
) -> None:
    mentioned(empty, times, topic)
    assert value(empty, "feedback_action_rate")[1] == asks


def test_how_many_mentions_ask_for_action_can_be_chosen(empty: LocalWorkspace) -> None:
    mentioned(empty, 4)
    assert value(empty, "feedback_action_rate", least=4) == (0, 1)


@pytest.mark.parametrize(
    "other",
    [
        {"is_test": 1},
        {"kind": "enps", "customer_id": None, "employee_id": "e"},
        {"kind": "esat", "customer_id": None, "employee_id": "e"},
        {"responded_at": END},
        {"responded_at": BEGINNING - SECOND},
    ],
)
def test_what_is_no_feedback_of_the_period_is_no_mention(empty: LocalWorkspace, other: dict[str, Any]) -> None:
    mentioned(empty, 4)
    load(empty, "responses", {**comment(9, "kommentti"), "responded_at": at(3), **other})
    load(empty, "text_topics", tag(9, "price"))
    assert value(empty, "feedback_action_rate")[1] == 0


@pytest.mark.parametrize(
    ("action", "acted"),
    [
        (fix(1, "price", END + timedelta(days=90)), 1),
        (fix(1, "price", END + timedelta(days=90) + SECOND), 0),
        (fix(1, "price", BEGINNING), 1),
        (fix(1, "price", BEGINNING - SECOND), 0),
        (fix(1, "price", None), 0),
        (fix(1, "queue", at(20)), 0),
        (fix(1, None, at(20)), 0),
        (fix(1, "price", at(20), "contact"), 0),
    ],
)
def test_a_topic_is_acted_on_by_what_was_mended_in_time(
    empty: LocalWorkspace, action: dict[str, Any], acted: int
) -> None:
    mentioned(empty, 5)
    load(empty, "feedback_actions", action)
    assert value(empty, "feedback_action_rate") == (acted, 1)


def test_two_actions_are_one_answer_to_a_topic(empty: LocalWorkspace) -> None:
    mentioned(empty, 5)
    mentioned(empty, 5, "queue", first=10)
    load(empty, "feedback_actions", fix(1, "price", at(20)), fix(2, "price", at(21)))
    assert value(empty, "feedback_action_rate") == (0.5, 2)


def test_an_action_counts_once_it_is_known_and_until_then_all_is_open(empty: LocalWorkspace) -> None:
    mentioned(empty, 5)
    load(empty, "feedback_actions", fix(1, "price", END + timedelta(days=40)))
    due = END + timedelta(days=90)

    def seen(moment: datetime) -> tuple[float | None, str]:
        record = empty.kpi("feedback_action_rate", "2025-03", as_of=moment.isoformat() + "Z").one()
        return record.value, record.status

    assert seen(END + timedelta(days=40) - SECOND) == (0, "provisional")
    assert seen(END + timedelta(days=40)) == (1, "final")
    mentioned(empty, 5, "queue", first=10)
    assert seen(due - SECOND) == (0.5, "provisional")
    assert seen(due) == (0.5, "final")


def test_a_topic_that_asks_for_nothing_keeps_nothing_open(empty: LocalWorkspace) -> None:
    mentioned(empty, 5)
    mentioned(empty, 4, "queue", first=10)
    load(empty, "feedback_actions", fix(1, "price", at(20)))
    record = empty.kpi("feedback_action_rate", "2025-03", as_of="2025-04-15").one()
    assert (record.value, record.n, record.status) == (1, 1, "final")


def test_praise_and_blame_are_weighed_and_what_cannot_be_read_is_counted_apart(empty: LocalWorkspace) -> None:
    load(
        empty,
        "responses",
        comment(0, "Hyvää"),
        comment(1, "Nopeaa", "image"),
        comment(2, "Huonoa"),
        comment(3, "Hyvää, mutta kallista"),
        comment(4, "Kävin tiistaina"),
        {**comment(5, "sehr gut"), "lang": "de"},
        comment(6, "Hyvää", "enps", employee_id="e", customer_id=None),
        comment(7, "Hyvää", is_test=1),
        comment(8, None),
    )
    record = empty.kpi("net_sentiment", "2025-03", as_of="2025-12-01").one()
    assert (record.value, record.n, record.n_na) == (pytest.approx(20), 5, 1)


def test_the_tone_about_competitors_is_none_about_us(empty: LocalWorkspace) -> None:
    load(empty, "responses", words(0, "Hyvä"), words(1, "Huono", "competitor"), comment(2, "Huono", item="competitor"))
    assert value(empty, "net_sentiment") == (0, 2)


def test_nynorsk_is_reported_with_norwegian(empty: LocalWorkspace) -> None:
    load(
        empty, "responses", *[{**comment(n, "bra"), "lang": lang} for n, lang in enumerate(("nn", "nb-NO", "sv", "sv"))]
    )
    assert value(empty, "net_sentiment", where={"lang": "nb"}) == (100, 2)


def test_a_text_matches_by_an_expected_word_that_it_does_not_deny(empty: LocalWorkspace) -> None:
    load(empty, "brand_terms", *TERMS)
    texts = ("Nopea", "Ei nopea", "Hidas", "Nopea, ei nopea", "Tavallinen")
    load(empty, "responses", *[words(number, text) for number, text in enumerate(texts)])
    assert value(empty, "brand_attribute_match") == (pytest.approx(2 / 5), 5)
    assert value(empty, "brand_attribute_match.precision") == (pytest.approx(2 / 5), 5)


def test_an_attribute_counts_once_in_a_text_whatever_the_tones(empty: LocalWorkspace) -> None:
    load(empty, "brand_terms", *TERMS)
    load(empty, "responses", words(0, "Nopea. Nopeasti. Nopea hidas."))
    assert value(empty, "brand_attribute_match.precision") == (0.5, 2)
    assert value(empty, "brand_attribute_lift.tone", attribute="fast") == (0.5, 2)


@pytest.mark.parametrize(
    "other",
    [
        words(1, "Hidas", "competitor"),
        words(1, "Hidas", None),
        words(1, "Hidas", is_test=1),
        words(1, "ja"),
        words(1, "Hidas", responded_at=END),
        comment(1, "Hidas", item="us"),
        words(1, "Hidas", customer_id="k0"),
    ],
    ids=["a competitor", "nobody", "a test", "no content", "another month", "another question", "an earlier text"],
)
def test_only_the_latest_texts_about_us_count(empty: LocalWorkspace, other: dict[str, Any]) -> None:
    load(empty, "brand_terms", *TERMS)
    load(empty, "responses", words(0, "Nopea", responded_at=at(20)), other)
    assert value(empty, "brand_attribute_match") == (1, 1)
    assert value(empty, "brand_attribute_match.precision") == (1, 1)


def test_texts_in_a_language_without_words_of_the_brand_are_counted_apart(empty: LocalWorkspace) -> None:
    load(empty, "brand_terms", *TERMS)
    load(
        empty, "responses", words(0, "Nopea"), words(1, "snabb", lang="sv"), words(2, "snabb", "competitor", lang="sv")
    )
    record = empty.kpi("brand_attribute_match", "2025-03", as_of="2025-12-01").one()
    assert (record.value, record.n, record.n_na) == (1, 1, 1)


@pytest.mark.parametrize(
    ("other", "apart"),
    [
        (words(5, "snabb", lang="sv"), 1),
        (words(5, "snabb", "competitor", lang="sv"), 1),
        (words(5, "snabb", None, lang="sv"), 0),
        (words(5, "snabb", lang="sv", is_test=1), 0),
        (words(5, ""), 0),
    ],
    ids=["about us", "a competitor", "nobody", "a test", "no text"],
)
def test_lift_counts_apart_what_cannot_be_read_of_both_sides(
    empty: LocalWorkspace, other: dict[str, Any], apart: int
) -> None:
    load(empty, "brand_terms", *TERMS)
    load(empty, "responses", words(0, "Nopea"), words(1, "Hidas", "competitor"), other)
    record = empty.kpi("brand_attribute_lift", "2025-03", as_of="2025-12-01").one()
    assert (record.n, record.n_na) == (2, apart)
    assert (
        empty.kpi("brand_attribute_match", "2025-03", as_of="2025-12-01").one().n_na == (other["item"] == "us") * apart
    )


def test_the_latest_text_that_can_be_read_stands_for_its_person(empty: LocalWorkspace) -> None:
    """The person's last text of March says nothing, that of April is too late; who is unknown counts each time."""
    load(empty, "brand_terms", *TERMS)
    load(
        empty,
        "responses",
        words(0, "Hidas", customer_id="k", responded_at=at(3)),
        words(1, "Nopea", customer_id="k", responded_at=at(4)),
        words(2, "ja", customer_id="k", responded_at=at(5)),
        words(3, "Hidas", customer_id="k", responded_at=END),
        words(4, "Hidas", customer_id=None),
        words(5, "Hidas", customer_id=None),
        words(6, "Nopea", "competitor", customer_id="k", responded_at=at(6)),
    )
    assert value(empty, "brand_attribute_match") == (pytest.approx(1 / 3), 3)


def test_of_two_texts_at_one_instant_the_later_id_stands(empty: LocalWorkspace) -> None:
    load(empty, "brand_terms", *TERMS)
    load(
        empty,
        "responses",
        *[words(n, text, customer_id="k", responded_at=at(3)) for n, text in enumerate(("Hidas", "Nopea"))],
    )
    assert value(empty, "brand_attribute_match") == (1, 1)


def test_a_text_given_after_the_question_was_asked_replaces_nothing(empty: LocalWorkspace) -> None:
    load(empty, "brand_terms", *TERMS)
    load(
        empty,
        "responses",
        *[words(n, text, customer_id="k", responded_at=at(n + 3)) for n, text in enumerate(("Nopea", "Hidas"))],
    )
    assert value(empty, "brand_attribute_match", as_of="2025-03-03T12:00:00Z") == (1, 1)
    assert value(empty, "brand_attribute_match") == (0, 1)


def test_lift_compares_with_texts_about_competitors(empty: LocalWorkspace) -> None:
    """Of two texts about us one names it; of three about others, none does without denying it."""
    load(empty, "brand_terms", *TERMS)
    ours = [words(n, text) for n, text in enumerate(("Nopea", "Ei nopea"))]
    others = [words(10 + n, text, "competitor") for n, text in enumerate(("Ei nopea", "Hidas", "Ystävällinen"))]
    load(empty, "responses", *ours, *others, words(20, "Nopea", None))
    assert value(empty, "brand_attribute_lift", attribute="fast") == (pytest.approx((1.5 / 3) / (0.5 / 4)), 5)
    assert value(empty, "brand_attribute_lift") == (pytest.approx((1.5 / 3) / (1.5 / 4)), 5)
    assert value(empty, "brand_attribute_lift", attribute="unheard") == (pytest.approx((0.5 / 3) / (0.5 / 4)), 5)
    assert value(empty, "brand_attribute_lift.tone", attribute="fast") == (0, 2)
    assert value(empty, "brand_attribute_lift.tone") == (0, 2)


@pytest.mark.parametrize("item", ["us", "competitor"])
def test_without_texts_on_one_side_there_is_no_lift(empty: LocalWorkspace, item: str) -> None:
    load(empty, "brand_terms", *TERMS)
    load(empty, "responses", words(0, "Nopea", item))
    assert value(empty, "brand_attribute_lift", attribute="fast") == (None, 0)


def test_no_row_behind_a_number_shows_what_somebody_wrote(empty: LocalWorkspace) -> None:
    load(empty, "brand_terms", *TERMS)
    load(empty, "responses", words(0, "Nopea Salainen"), comment(1, "Salainen hyvä"))
    load(empty, "text_topics", tag(1, "price"))
    names = ("brand_attribute_match", "brand_attribute_match.precision", "brand_attribute_lift.tone", "net_sentiment")
    for name in (*names, "feedback_topic_share", "feedback_action_rate"):
        table = empty.kpi(name, "2025-03", as_of="2025-12-01")
        assert "alainen" not in f"{table.rows()} {table.receipt().as_dict()}"
