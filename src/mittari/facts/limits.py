"""Limits of the rules that loading and measuring must draw at the same place."""

SHORT_WRITTEN_S = 10.0
"""Who leaves a written conversation within so many seconds of waiting never asked for an answer (G11)."""

SHORT_CALL_S = 5.0
"""The same for a call."""
