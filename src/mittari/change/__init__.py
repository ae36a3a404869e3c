"""Is it different from before? Everything here compares numbers that `measure` has already worked out."""
