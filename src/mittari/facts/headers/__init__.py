"""The words that people's files use for our columns and tables, one module per language.

Each module has `TABLES`, names of files by table, and `HEADERS`, headers by table and column; the table `ANY` stands
for every table that has the column. Words are separated by commas; letter case, blanks, underscores and hyphens do not
matter. Words that are as often a duration as a moment ("first response time") are left out on purpose: a wrong guess
would be silent, a missing one is asked for.
"""

from mittari.facts.headers import english, finnish, norwegian, swedish
from mittari.facts.headers.anywhere import ANY

LANGUAGES = {"en": english, "fi": finnish, "nb": norwegian, "sv": swedish}

__all__ = ["ANY", "LANGUAGES"]
