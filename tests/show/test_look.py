"""The tokens of the style sheet: text is readable on every ground it stands on, light and dark (WCAG 2.2 AA)."""

import re

import pytest

from mittari.show.web.site import STATIC

SHEET = (STATIC / "look.css").read_text(encoding="utf-8")
LIGHT, DARK = (
    dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", block))
    for block in re.findall(r":root \{(.*?)\n *\}", SHEET, re.DOTALL)
)
THEMES = {"light": LIGHT, "dark": {**LIGHT, **DARK}}
TEXT = [
    ("ink", "bg"),
    ("ink", "surface"),
    ("ink-2", "bg"),
    ("ink-2", "surface"),
    ("ink-3", "bg"),
    ("ink-3", "surface"),
    ("accent", "surface"),
    ("accent", "tint"),
    ("good-text", "surface"),
    ("good-text", "good-tint"),
    ("warn-text", "bg"),
    ("warn-text", "warn-tint"),
    ("bad-text", "surface"),
    ("bad-text", "bad-tint"),
]
MARKS = [("edge", "surface"), ("accent", "bg"), ("bad", "surface")]


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    channels = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("front", "ground"), TEXT)
def test_text_has_a_contrast_of_at_least_four_and_a_half(theme, front, ground):
    assert contrast(THEMES[theme][front], THEMES[theme][ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("front", "ground"), MARKS)
def test_borders_of_fields_and_marks_have_a_contrast_of_at_least_three(theme, front, ground):
    assert contrast(THEMES[theme][front], THEMES[theme][ground]) >= 3.0


def test_colours_outside_the_tokens_do_not_exist():
    rules = SHEET[SHEET.index("*, *::before") :]
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?!\))", rules)
