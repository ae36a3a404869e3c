"""What is held about a person: found (`theirs`), written out (`export`), taken away (`erase`, `forget`, `mix`)."""
