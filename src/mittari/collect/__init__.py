"""Feedback arrives: surveys, kiosks, buttons, the widget, and rows that other systems send."""
