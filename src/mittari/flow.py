"""The order in which a number comes about, and who may import whom.

A stage is a folder under `mittari`. It imports only stages that stand before it in `STAGES`, and the `SHARED` modules;
what it needs of the workspace is handed to it. The `OVERSEERS` put the stages together and see everything, and so no
stage imports one of them. `tests/test_layers.py` reads this module and enforces it.
"""

STAGES = (
    "facts",  # what happened: every table and column, declared once
    "store",  # where facts are kept
    "load",  # files and rows become facts
    "collect",  # feedback arrives
    "connect",  # other systems that already hold facts
    "measure",  # facts become numbers with their uncertainty
    "change",  # is it different from before
    "react",  # somebody is told, somebody answers
    "explain",  # why it is so
    "value",  # what it is worth
    "show",  # people see it
)

SHARED = ("settings", "errors", "time", "money", "web", "flow")
"""Modules that any stage may import. Among themselves they may import each other; they never import a stage."""

OVERSEERS = ("__init__", "__main__", "workspace", "server", "outside", "cli", "commands", "simulate")
"""Modules that see every stage and that no stage may import."""
