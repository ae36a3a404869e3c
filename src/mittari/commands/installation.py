"""`init`, `serve`, `doctor`, `compact`: an installation and its health."""

import argparse
import sys
from pathlib import Path
from typing import Any

from mittari.commands.options import host_and_port, port_number


def add(commands: Any) -> None:
    init = commands.add_parser(
        "init", help="make a new installation", description="Make a new installation in the home folder."
    )
    init.add_argument(
        "--timezone", metavar="TZ", help="days, weeks and months begin at midnight here (default Europe/Helsinki)"
    )
    init.add_argument("--currency", metavar="CODE", help="the reporting currency (default EUR)")
    init.add_argument("--language", metavar="LANG", help="en, fi, nb or sv")
    init.add_argument("--hours", metavar="TEXT", help='opening hours, such as "Mon-Fri 08:00-16:00"')
    init.add_argument("--holidays", metavar="COUNTRY", help="a country whose public holidays are closed, such as FI")
    init.set_defaults(run=run_init)
    serve = commands.add_parser(
        "serve", help="start the server with the board", description="Serve the board on this machine."
    )
    serve.add_argument("--port", type=port_number, help="the port (default: the setting, 8710)")
    serve.add_argument(
        "--public",
        type=host_and_port,
        metavar="HOST:PORT",
        help="also take in feedback here, for customers and tablets: surveys, kiosks, widget, intake; never the board",
    )
    serve.add_argument("--tls-cert", type=Path, metavar="FILE", help="the certificate of the public listener")
    serve.add_argument("--tls-key", type=Path, metavar="FILE", help="its private key")
    serve.set_defaults(run=run_serve)
    doctor = commands.add_parser(
        "doctor",
        help="say what is wrong here and how to mend it",
        description="Look at the installation and say what is wrong and how to mend it.",
    )
    doctor.add_argument(
        "--verify", action="store_true", help="count days that are kept as sums again, and compare them with the rows"
    )
    doctor.add_argument("--rejects", action="store_true", help="the refused rows, as CSV")
    doctor.set_defaults(run=run_doctor)
    compact = commands.add_parser(
        "compact",
        help="write the warehouse file anew, without what was erased",
        description="Write the warehouse file anew: smaller, and without old bytes of what was changed or erased. "
        "The server has to be stopped meanwhile.",
    )
    compact.set_defaults(run=run_compact)


def run_init(chosen: argparse.Namespace) -> int:
    from mittari.workspace import create_home

    given = {name: getattr(chosen, name) for name in ("timezone", "currency", "language", "hours", "holidays")}
    home = create_home(chosen.home, **{name: value for name, value in given.items() if value is not None})
    print(f"An installation is in {home}. Next: mittari --home {home} import FILE.csv")
    return 0


def run_serve(chosen: argparse.Namespace) -> int:
    from mittari import server
    from mittari.errors import UserError
    from mittari.workspace import open_home
    from mittari.workspace.local import LocalWorkspace

    with open_home(chosen.home) as workspace:
        if not isinstance(workspace, LocalWorkspace):
            raise UserError("a server runs here already", where=chosen.home)
        port = workspace.settings.port if chosen.port is None else chosen.port
        server.serve(
            workspace,
            port,
            on_start=lambda address, _: print(f"The board is at {address}", flush=True),
            public=public_listener(chosen),
        )
    return 0


def public_listener(chosen: argparse.Namespace) -> Any:
    """What the options say of the public listener; None without it."""
    from mittari.errors import UserError
    from mittari.outside import Public

    if bool(chosen.tls_cert) != bool(chosen.tls_key):
        raise UserError("--tls-cert and --tls-key belong together", hint="`mittari tls` makes both.")
    if chosen.public is None:
        if chosen.tls_cert:
            raise UserError("a certificate is for the public listener", hint="Add --public HOST:PORT.")
        return None
    host, port = chosen.public
    return Public(host, port, chosen.tls_cert, chosen.tls_key)


def run_doctor(chosen: argparse.Namespace) -> int:
    from mittari.workspace import open_home

    with open_home(chosen.home) as workspace:
        if chosen.rejects:
            from mittari.measure.export import write_csv

            write_csv(workspace.rejects(), sys.stdout)
            return 0
        findings = workspace.doctor(verify=chosen.verify)
    for finding in findings:
        print(f"{'ok  ' if finding.ok else 'MEND'} {finding.what}" + (f"\n     {finding.mend}" if finding.mend else ""))
    return 0 if all(finding.ok for finding in findings) else 2


def run_compact(chosen: argparse.Namespace) -> int:
    from mittari.errors import UserError
    from mittari.store.compact import compact
    from mittari.workspace import open_home
    from mittari.workspace.local import LocalWorkspace

    with open_home(chosen.home) as workspace:
        if not isinstance(workspace, LocalWorkspace):
            raise UserError("the server holds the file", where=chosen.home, hint="Stop it first.")
        path, settings = workspace.warehouse.path, workspace.settings
    done = compact(path, settings)
    print(f"{path.name}: {done.before / 1e6:,.1f} MB before, {done.after / 1e6:,.1f} MB now")
    return 0
