"""Asking people by themselves: who is asked and when, the outbox, and the ways in which an invitation travels."""
