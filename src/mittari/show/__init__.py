"""People see it: pages, charts and the words and signs that go with a number."""
