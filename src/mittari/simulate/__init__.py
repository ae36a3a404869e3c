"""A company whose truth is known: the demo, and the test of every estimate."""

from mittari.simulate.company import Company
from mittari.simulate.profile import Profile
from mittari.simulate.truth import Truth

__all__ = ["Company", "Profile", "Truth"]
