"""Somebody is told, somebody answers: what is done about what customers said."""
