"""Surveys: small files with questions, the answers to them, and the rows that answers become."""
