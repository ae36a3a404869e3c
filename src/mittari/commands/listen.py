"""`listen`: the public listener, in a process of its own that the server starts; nobody else has a use for it."""

import argparse
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    listen = commands.add_parser("listen", description="Started by `mittari serve --public`.")
    listen.add_argument("--socket", type=int, required=True, metavar="NUMBER", help="the bound socket handed on")
    listen.add_argument("--tls-cert", type=Path, metavar="FILE")
    listen.add_argument("--tls-key", type=Path, metavar="FILE")
    listen.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    import os

    from mittari.outside import listen
    from mittari.settings import Settings
    from mittari.workspace.stores import require_home

    require_home(chosen.home)
    settings = Settings.load(chosen.home, os.environ)
    listen(chosen.home, settings, chosen.socket, chosen.tls_cert, chosen.tls_key)
    return 0
