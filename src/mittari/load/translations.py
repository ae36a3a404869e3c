"""Words of enumerations in Finnish, Norwegian and Swedish. They say just what ours say, so any file may use them.

What only probably means one of our words stands in `guesses` and is read by nobody but a person.
"""

TRANSLATIONS: dict[tuple[str, str], dict[str, str]] = {
    ("conversations", "channel"): {
        "email": "sähköposti, epost, e post",
        "phone": "puhelin, telefon",
        "form": "lomake, skjema, formulär",
        "chat": "chatti, pikaviesti, chatt",
        "store": "myymälä, butikk, butik",
    },
    ("conversations", "status"): {
        "open": "avoin, åpen, öppen",
        "solved": "ratkaistu, løst, löst",
        "closed": "suljettu, lukket, stängd",
    },
    ("calls", "outcome"): {
        "answered": "vastattu, besvart, besvarad",
        "abandoned": "hylätty, tapt",
    },
    ("orders", "status"): {
        "paid": "maksettu, betalt, betald",
        "open": "avoin",
        "cancelled": "peruttu, kansellert",
        "refunded": "palautettu",
    },
}
"""(table, column) -> our word -> their words."""


def translations(table: str, column: str) -> dict[str, str]:
    """Their word -> our word, for an enumeration; the parts of a word stand between single blanks."""
    return {
        theirs.strip(): ours
        for ours, words in TRANSLATIONS.get((table, column), {}).items()
        for theirs in words.split(",")
    }
