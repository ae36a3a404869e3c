"""How the cards of a section share their rows."""

import pytest

from mittari.show.web.cards import MIDDLE, SMALL, WIDE, columns


@pytest.mark.parametrize(("count", "wide"), [(3, 3), (4, 4), (5, 5), (6, 6), (7, 4), (8, 4), (9, 5), (10, 5), (11, 6)])
def test_a_wide_screen_shares_the_cards_out_evenly(count, wide):
    assert columns(count, WIDE) == wide


@pytest.mark.parametrize("choices", [WIDE, MIDDLE, SMALL])
@pytest.mark.parametrize("count", range(3, 13))
def test_the_last_row_is_full_or_lacks_one_card(count, choices):
    assert -count % columns(count, choices) <= 1
