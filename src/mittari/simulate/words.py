"""What customers write in the comment field: short invented sentences in four languages."""

import numpy as np

from mittari.simulate.columns import Column, Floats, Ints

# By language (fi, nb, sv, en) and tone (bad, middling, good).
PHRASES: tuple[tuple[tuple[str, ...], ...], ...] = (
    (
        ("Jouduin odottamaan liian kauan.", "Asia jäi kesken, pitää soittaa uudestaan.", "Kallis ja hidas palvelu."),
        ("Asia hoitui, mutta vastaus kesti.", "Ihan hyvä, verkkosivu on sekava.", "Hinta voisi olla parempi."),
        ("Nopeaa ja ystävällistä palvelua, kiitos!", "Luotettava ja selkeä vastaus.", "Ongelma ratkesi heti."),
    ),
    (
        ("Altfor lang ventetid.", "Saken er ikke løst ennå.", "Dyrt og tregt."),
        ("Greit nok, men svaret tok tid.", "Ble løst til slutt.", "Prisen er litt høy."),
        ("Rask og hyggelig hjelp!", "Pålitelig og tydelig svar.", "Problemet ble løst med en gang."),
    ),
    (
        ("Jag fick vänta alldeles för länge.", "Ärendet är fortfarande olöst.", "Dyrt och långsamt."),
        ("Helt okej, men svaret dröjde.", "Det löste sig till slut.", "Priset kunde vara bättre."),
        ("Snabb och vänlig hjälp!", "Tydligt och pålitligt svar.", "Problemet löstes direkt."),
    ),
    (
        ("I had to wait far too long.", "Still not solved, I have to call again.", "Expensive and slow."),
        ("Fine, but the answer took time.", "It works, the website is confusing.", "The price is a bit high."),
        ("Quick and friendly help, thank you!", "Reliable and clear answer.", "Solved at once."),
    ),
)
# Score at and below which an answer is bad, and at and above which it is good, by kind (csat, ces, resolved, nps).
BAD = np.array([2.0, 3.0, -1.0, 6.0])
GOOD = np.array([5.0, 6.0, 2.0, 9.0])


def comments(kind: Ints, score: Floats, language: Ints, number: Ints) -> Column:
    """The comment of each answer, None for the four of five who write nothing; chosen by the answer's number."""
    # Multiplying by a large odd number mixes the bits, so that neighbours do not write the same.
    mixed = (number.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(40)
    tone = 1 + (score >= GOOD[kind]).astype(np.int64) - (score <= BAD[kind]).astype(np.int64)
    texts = np.array(PHRASES, dtype=object)[language, tone, (mixed % np.uint64(3)).astype(np.int64)]
    silent = (mixed // np.uint64(3) % np.uint64(5) != 0) | (kind == 2) | (kind == 1)
    texts[silent] = None
    return texts
