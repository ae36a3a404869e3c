"""Mittari measures customer service and customer experience on your own machine.

import mittari

ws = mittari.open("home")
ws.load("tickets.csv", table="conversations")
ws.kpi("first_response_time", period="2026-10", by="channel")
"""

from mittari.errors import Fault, MittariError, UserError, WarehouseBusy
from mittari.workspace import Table, Workspace, create_home
from mittari.workspace import open_home as open  # noqa: A004 - mittari.open(home) reads as it is meant

__version__ = "0.1.0"
__all__ = [
    "Fault",
    "MittariError",
    "Table",
    "UserError",
    "WarehouseBusy",
    "Workspace",
    "__version__",
    "create_home",
    "open",
]
