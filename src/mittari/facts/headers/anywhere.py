"""The name under which words stand that hold in every table."""

ANY = "*"
