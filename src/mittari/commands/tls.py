"""`tls`: certificates for this house, so that tablets reach the server over HTTPS."""

import argparse
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mittari.errors import UserError
from mittari.settings import FILE_NAME

if TYPE_CHECKING:
    from mittari.collect.authority import Standing

FOLDER = "tls"
MOST_DAYS = 397  # as in `certificates`, which a look at the help does not load


def add(commands: Any) -> None:
    tls = commands.add_parser(
        "tls",
        help="certificates for tablets: a local authority and the server's certificate",
        description="Make or renew a certificate for the server, signed by an authority of this installation. A tablet "
        "that trusts the authority opens surveys over HTTPS, without which they cannot wait for a lost connection.",
    )
    tls.add_argument(
        "--host",
        metavar="NAME_OR_ADDRESS",
        action="append",
        default=[],
        help="by which browsers reach this machine; may be given several times (default: its names and addresses)",
    )
    tls.add_argument(
        "--days", type=_days, default=MOST_DAYS, help=f"how long a new certificate holds (default {MOST_DAYS})"
    )
    tls.add_argument("--renew", action="store_true", help="make the server's certificate again though it still holds")
    tls.add_argument(
        "--share",
        metavar="[HOST:]PORT",
        help="hand the authority's certificate to tablets over HTTP, with a QR code, until Ctrl-C",
    )
    tls.set_defaults(run=run_tls)


def run_tls(chosen: argparse.Namespace) -> int:
    from mittari.collect import authority, sharing
    from mittari.collect.hosts import hosts, machine_name

    if not (chosen.home / FILE_NAME).is_file():
        raise UserError(
            f"no installation here: {FILE_NAME} is missing",
            where=chosen.home,
            hint=f"make one with: mittari --home {chosen.home} init",
        )
    asked = hosts(chosen.host)
    at = sharing.place(chosen.share) if chosen.share is not None else None
    name = machine_name() or "this machine"
    folder = chosen.home / FOLDER
    standing = authority.ensure(folder, asked, name, datetime.now(UTC), days=chosen.days, renew=chosen.renew)
    _tell(standing)
    if at is None:
        print(f"\nTo trust the authority on a tablet: mittari --home {chosen.home} tls --share 8711")
    else:
        _share(folder, name, at)
    return 0


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_DAYS):
        raise argparse.ArgumentTypeError(f"expected 1 to {MOST_DAYS} days (browsers refuse more), found {text!r}")
    return int(text)


def _tell(standing: "Standing") -> None:
    print(standing.done)
    print(f"  for          {', '.join(standing.hosts)}")
    print(f"  certificate  until {standing.server_until:%Y-%m-%d}; `mittari tls` renews it in its last 30 days")
    print(f"  authority    until {standing.authority_until:%Y-%m-%d}")
    print(f"  fingerprint  {standing.fingerprint}  (SHA-256 of the authority)")
    options = f"--public 0.0.0.0:8443 --tls-cert {standing.certificate} --tls-key {standing.key}"
    print(f"\nStart the server with: mittari --home {standing.folder.parent} serve {options}")


def _share(folder: Path, name: str, at: tuple[str, int]) -> None:
    """Serve the authority's certificate, and nothing else, until interrupted."""
    import segno

    from mittari.collect import sharing

    with sharing.open_server(at, sharing.contents(folder, name)) as server:
        address = sharing.address_of(server, at[0])
        print("\nScan this with each tablet and follow the page. Compare the fingerprint above.\n", flush=True)
        segno.make(address, error="m", micro=False).terminal(compact=True)
        print(f"\n{address} (Ctrl-C stops it)", flush=True)
        with suppress(KeyboardInterrupt):
            server.serve_forever()
    print("Stopped; nothing is shared any more.")
