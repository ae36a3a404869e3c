"""What customers say about us in their own words: attributes of the brand, and the tone of comments."""

from typing import Any

from mittari.measure.kpi import HIGHER, IMAGE, LEAD, NEITHER, POINTS, RATIO, SCORE, SHARE, SUBJECTIVE, kpi
from mittari.measure.outputs import Model, NetShare, Proportion


@kpi(
    number=45,
    title="Brand words: match with intended image",
    unit=SHARE,
    better=HIGHER,
    perspective=IMAGE,
    timing=LEAD,
    kind=SUBJECTIVE,
    relation="brand_texts",
    block="person",
    merge="ids",
    outputs=("share", "precision"),
    tables=("responses", "brand_terms"),
    requires=("brand_terms",),
    board=75,
    asks="Do customers describe us with the words we want to hear?",
    counted="Texts about us that name at least one expected attribute and do not deny it. Precision: such mentions among all mentions of attributes.",
    left_out="Tests, earlier texts of the same person in the period, texts without a word. Texts in a language without brand words are counted apart.",
    beware="It finds the words that are listed in brand_terms and no others: list what customers really write, in every language.",
)
def brand_attribute_match(texts: Any) -> dict[str, Any]:
    own, ours = texts.counts & texts.ours, texts.ours & texts.eligible
    mentioned = own & ~texts.is_text & ~texts.again
    return {
        "share": Proportion(
            hit=texts.says,
            of=own & texts.is_text,
            at=texts.responded_at,
            missing=ours & texts.is_text & texts.unread,
            left_out={"about another brand": ~texts.ours, "a mention, not a text": ~texts.is_text},
        ),
        "precision": Proportion(
            hit=texts.expected & ~texts.negated,
            of=mentioned,
            at=texts.responded_at,
            left_out={
                "about another brand": ~texts.ours,
                "the text, not a mention": texts.is_text,
                "mentioned again in another tone": texts.again,
            },
        ),
    }


@kpi(
    number=46,
    title="Brand words: lift and tone",
    unit=RATIO,
    better=NEITHER,
    perspective=IMAGE,
    timing=LEAD,
    kind=SUBJECTIVE,
    relation="brand_texts",
    relation_takes=("attribute",),
    block="person",
    merge="none",
    outputs=("lift", "tone"),
    units={"tone": SCORE},
    tables=("responses", "brand_terms"),
    requires=("brand_terms",),
    board=76,
    asks="Which words are said about us more than about others, and in which tone?",
    counted="How often texts about us name the attribute, over how often texts about competitors do; half a text is added to each. Tone: mean tone of its mentions, from -1 to 1.",
    left_out="As for the match with the intended image. Denied mentions do not name the attribute; they count in the tone.",
    beware="Without an attribute it is about all expected ones together. Under five mentions in all it says nothing yet.",
)
def brand_attribute_lift(texts: Any, *, attribute: str = "") -> dict[str, Any]:
    about = texts.ours | texts.theirs
    both = texts.counts & texts.is_text & about
    own_mentions = texts.counts & texts.ours & ~texts.is_text & texts.named
    return {
        "lift": Model(
            rule="lift",
            of=both,
            at=texts.responded_at,
            sums={
                "a": (texts.ours & texts.says).ifelse(1.0, 0.0),
                "n": texts.ours.ifelse(1.0, 0.0),
                "b": (texts.theirs & texts.says).ifelse(1.0, 0.0),
            },
            missing=texts.eligible & texts.is_text & about & texts.unread,
            left_out={"a mention, not a text": ~texts.is_text},
        ),
        "tone": Model(
            rule="mean_of_few",
            of=own_mentions,
            at=texts.responded_at,
            sums={"sum": texts.polarity},
            left_out={"about another brand": ~texts.ours, "the text, not a mention": texts.is_text},
        ),
    }


@kpi(
    number=47,
    title="Net sentiment of feedback",
    unit=POINTS,
    better=HIGHER,
    perspective=IMAGE,
    timing=LEAD,
    kind=SUBJECTIVE,
    relation="texts",
    block="person",
    merge="add",
    outputs=("score",),
    tables=("responses", "brand_terms"),
    board=77,
    asks="Is the tone of open feedback turning?",
    counted="The share of comments that only praise less the share of those that only blame, times 100. Comments with both or neither are neutral.",
    left_out="Tests, comments edited within 24 hours, texts about competitors. Comments in a language that cannot be read are counted apart.",
    beware="A machine reads words, not irony. Read 200 comments of each language by hand every year and compare.",
)
def net_sentiment(texts: Any) -> dict[str, Any]:
    asked = texts.eligible & ~texts.about_others
    read = texts.text_tone.notnull()
    return {
        "score": NetShare(
            up=texts.text_tone > 0,
            down=texts.text_tone < 0,
            of=asked & read,
            at=texts.responded_at,
            missing=asked & ~read,
            left_out={"about a competitor": texts.about_others},
        )
    }
