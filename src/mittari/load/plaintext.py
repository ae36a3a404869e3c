"""Text files made readable: unpacked, in UTF-8, with lines of a sane length; and which line a record stands on."""

import codecs
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from mittari.errors import UserError

CHUNK = 1 << 20
LONGEST_LINE = 2_000_000
"""In bytes. A longer line is a torn file or none of text; reading it would take the memory of the machine."""

BYTE_ORDER_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@dataclass(frozen=True)
class PlainText:
    """A UTF-8 file to read, and what one look at all of its bytes has shown.

    `path` is the file itself or, where it had to be rewritten, a temporary copy; `origin` is what the user named.
    """

    path: Path
    origin: Path
    line_feeds: int
    carriage_returns: int
    quotes: int
    ends_with_line_feed: bool

    @property
    def lines(self) -> int:
        return self.line_feeds + (not self.ends_with_line_feed)


def made_plain(path: Path, packed: bool, encoding: str | None, folder: Path) -> PlainText:
    """The file as UTF-8 text, rewritten into `folder` only where packed, encoded otherwise or of mixed line ends.

    Raises `UserError` for a damaged or cut off gzip file, a zero byte, or a line beyond `LONGEST_LINE`.
    """
    first = next(_pieces(path, packed, None), b"")
    encoding = encoding or next((name for mark, name in BYTE_ORDER_MARKS.items() if first.startswith(mark)), None)
    plain = path
    if packed or encoding:
        plain = folder / f"{path.name}.text"
        _copy(_pieces(path, packed, encoding), plain)
    text = _looked_at(plain, path)
    if 0 < text.carriage_returns < text.line_feeds:
        mended = folder / f"{path.name}.lines"
        _copy(_with_line_feeds(plain), mended)
        text = _looked_at(mended, path)
    return text


def _opened(path: Path, packed: bool) -> BinaryIO:
    return gzip.open(path, "rb") if packed else path.open("rb")  # type: ignore[return-value]  # both read bytes


def _pieces(path: Path, packed: bool, encoding: str | None) -> Iterator[bytes]:
    """The bytes of the file, unpacked and as UTF-8."""
    decoder = codecs.getincrementaldecoder(encoding)() if encoding else None
    try:
        with _opened(path, packed) as file:
            while piece := file.read(CHUNK):
                yield decoder.decode(piece).encode() if decoder else piece
            if decoder:
                yield decoder.decode(b"", final=True).encode()
    except EOFError as error:
        raise UserError("the gzip file ends too early: it was cut off", path, "Fetch it again.") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise UserError(f"the gzip file is damaged: {error}", path, "Fetch it again.") from error
    except UnicodeError as error:
        raise UserError(f"the text is not in {encoding}: {error}", path) from error


def _copy(pieces: Iterator[bytes], target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    with target.open("wb") as file:
        for piece in pieces:
            file.write(piece)


def _with_line_feeds(path: Path) -> Iterator[bytes]:
    """The file with Windows line ends made into plain ones."""
    held = b""
    for piece in _pieces(path, False, None):
        piece = held + piece
        held = b"\r" if piece.endswith(b"\r") else b""
        yield (piece[:-1] if held else piece).replace(b"\r\n", b"\n")
    yield held


def _looked_at(path: Path, origin: Path) -> PlainText:
    """One pass over the bytes: counts what decides how to read it, and refuses what must not be read at all."""
    line_feeds = carriage_returns = quotes = run = 0
    last = b""
    for piece in _pieces(path, False, None):
        first = piece.find(b"\n")
        run += len(piece) if first < 0 else first
        if run > LONGEST_LINE:
            raise UserError(
                f"line {line_feeds + 1} is longer than {LONGEST_LINE // 1_000_000} MB",
                origin,
                "Is it a text file? It may have been cut or joined wrongly.",
            )
        if first >= 0:
            run = len(piece) - piece.rfind(b"\n") - 1
        zero = piece.find(b"\0")
        if zero >= 0:
            line = line_feeds + piece.count(b"\n", 0, zero) + 1
            hint = 'Save it as UTF-8, or name its encoding in a mapping: [source] encoding = "utf-16-le".'
            raise UserError(f"expected text, found a zero byte on line {line}", origin, hint)
        line_feeds += piece.count(b"\n")
        carriage_returns += piece.count(b"\r")
        quotes += piece.count(b'"')
        last = piece[-1:]
    return PlainText(path, origin, line_feeds, carriage_returns, quotes, last == b"\n")


def line_at(text: PlainText, position: int) -> int:
    """The number of the line that holds the byte at `position` (from 0)."""
    seen, line = 0, 1
    for piece in _pieces(text.path, False, None):
        if seen + len(piece) > position:
            return line + piece.count(b"\n", 0, position - seen)
        line += piece.count(b"\n")
        seen += len(piece)
    return line


def begin_of(text: PlainText, position: int) -> int:
    """The position of the first byte from `position` on that is no line end."""
    with text.path.open("rb") as file:
        file.seek(position)
        rest = file.read(CHUNK)
    return position + len(rest) - len(rest.lstrip(b"\r\n"))


def record_lines(text: PlainText, torn_at: list[int], skipped: int) -> NDArray[np.int64]:
    """The first line of every record that could be read, in order, the header among them.

    `torn_at` are byte positions (from 0) of records that could not be read: they are left out, as are empty lines and
    the `skipped` first lines. A line end within double quotes does not end a record. Where quotes stand in unquoted
    values the pairing can be wrong; the caller checks the number of records and falls back on lines.
    """
    starts, lines = _record_starts(text)
    keep = lines > skipped
    if torn_at:
        torn = np.searchsorted(starts, np.array(torn_at), side="right") - 1
        keep[np.maximum(torn, 0)] = False
    kept: NDArray[np.int64] = lines[keep]
    return kept


def _record_starts(text: PlainText) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Byte position and line number at which each record that is not empty begins."""
    starts, lines = [np.zeros(1, np.int64)], [np.ones(1, np.int64)]
    ends, seen, line, quotes = [], 0, 1, 0
    for piece in _pieces(text.path, False, None):
        data = np.frombuffer(piece, np.uint8)
        breaks, marks = np.flatnonzero(data == 10), np.flatnonzero(data == 34)
        outside = (np.searchsorted(marks, breaks) + quotes) % 2 == 0
        numbers = line + 1 + np.arange(breaks.size)
        ends.append(breaks[outside] + seen)
        starts.append(breaks[outside] + seen + 1)
        lines.append(numbers[outside])
        seen, line, quotes = seen + len(piece), line + breaks.size, quotes + marks.size
    begins, numbers = np.concatenate(starts), np.concatenate(lines)
    lengths = np.append(np.concatenate(ends), seen) - begins
    empty = lengths <= (1 if text.carriage_returns else 0)
    return begins[~empty], numbers[~empty]
