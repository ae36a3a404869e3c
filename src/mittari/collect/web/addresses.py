"""The address of a survey that anybody may answer, and its QR code."""

import io
from pathlib import Path
from typing import TYPE_CHECKING

from mittari.collect.signing import Signer
from mittari.collect.survey.model import Survey
from mittari.collect.web.forms import PLACE, Place
from mittari.errors import UserError

if TYPE_CHECKING:
    import segno

CORRECTION, QUIET = "m", 4
"""Error correction M and the quiet zone of four modules that readers need (ISO/IEC 18004)."""
PIXELS = 10


def survey_address(
    base: str, survey: Survey, signer: Signer, touchpoint: str | None = None, location: str | None = None
) -> str:
    """The address; with a place, that is signed in it, so that nobody invents places."""
    if not touchpoint and not location:
        return f"{base}/s/{survey.id}"
    place = Place(survey.id, touchpoint=touchpoint, location=location)
    return f"{base}/s/{survey.id}?p={signer.sign(PLACE, place)}"


def trial_address(survey: Survey, signer: Signer) -> str:
    """Where managers try a survey out, open or not: its answers are marked as tests and never counted."""
    return f"/s/{survey.id}?p={signer.sign(PLACE, Place(survey.id, trial=True))}"


def qr_picture(address: str) -> str:
    """The QR code as an address that holds the picture itself, black on white in any colour scheme."""
    return str(_code(address).svg_data_uri(border=QUIET, dark="#000", light="#fff", scale=4))


def qr_text(address: str) -> str:
    """The QR code in characters, for a terminal."""
    written = io.StringIO()
    _code(address).terminal(out=written, border=QUIET, compact=True)
    return written.getvalue()


def write_qr(address: str, path: Path) -> None:
    """The QR code as a file, .svg or .png."""
    kind = path.suffix.lower().removeprefix(".")
    if kind not in ("svg", "png"):
        raise UserError(f"expected a file name ending in .svg or .png, found {path.name!r}", "--qr")
    try:
        _code(address).save(str(path), kind=kind, border=QUIET, scale=PIXELS, dark="#000", light="#fff")
    except OSError as error:
        raise UserError(f"the QR code cannot be written: {error.strerror}", path) from error


def _code(address: str) -> "segno.QRCode":
    import segno

    return segno.make(address, error=CORRECTION, boost_error=False, micro=False)
