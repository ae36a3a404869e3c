"""Telling the one responsible for a device that it has fallen silent, and that it is heard again: once each."""
