"""What numbers are worth, and what was said of them when their period was signed."""
