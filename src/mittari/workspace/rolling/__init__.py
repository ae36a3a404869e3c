"""Days kept as sums: made (`make`), kept true by every load (`keep`), and compared with the rows (`compare`)."""
