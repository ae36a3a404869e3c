"""The commands, grouped as the manual groups them. Each module adds its commands to the parser and runs them."""
