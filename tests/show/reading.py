"""What people read of a page, by eye or aloud: its texts and the attributes that are said, one by one."""

from html.parser import HTMLParser

SAID = ("aria-label", "alt", "title", "placeholder")
VOID = ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
NOT_READ = ("script", "style", "code", "pre")


class Reader(HTMLParser):
    """Collects what is in the language of the page: what stands in code or is marked as another language is not."""

    def __init__(self) -> None:
        super().__init__()
        self.said: set[str] = set()
        self.language = ""
        self._open: list[tuple[str, bool, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "html":
            self.language = told.get("lang") or ""
        foreign = told.get("lang") not in (None, self.language)
        apart = foreign or tag in NOT_READ or bool(self._open and self._open[-1][1])
        mute = told.get("aria-hidden") == "true" or bool(self._open and self._open[-1][2])  # to be seen, not said
        if not apart and not mute:
            self.said |= {" ".join(text.split()) for name in SAID if (text := told.get(name))}
        if tag not in VOID:
            self._open.append((tag, apart, mute))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass  # an element whose end may be left out

    def handle_data(self, data: str) -> None:
        if data.strip() and not (self._open and self._open[-1][1]):
            self.said.add(" ".join(data.split()))


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader
