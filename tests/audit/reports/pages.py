"""An HTML page as a browser without scripts sees it: elements, attributes, texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

__all__ = ["Element", "Page"]

VOID = {"meta", "input", "link", "img", "br", "hr"}
# Elements that are separate on the screen are separate in the text too.
CELLS = {"td", "th", "dd"}
# End tags that are optional in HTML.
ENDED_BY = {"dd": {"div"}, "dt": {"dd", "div"}}


@dataclass
class Element:
    """An element of a page."""

    tag: str
    attributes: dict[str, str]
    inside: tuple[str, ...]
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text in it."""
        return self.raw.strip()

    @property
    def raw(self) -> str:
        """All text in it, with what surrounds it."""
        return "".join(self.pieces)


class Page(HTMLParser):
    """A parsed page; wrong nesting raises an error."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.declaration = ""
        self._open: list[Element] = []
        self.feed(source)
        self.close()
        assert self._open == []

    @property
    def text(self) -> str:
        """All text of the page, but for its style and script."""
        return next(one for one in self.elements if one.tag == "body").text

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Return the elements of a name that have these attributes."""
        wanted = {name.rstrip("_").replace("_", "-"): one for name, one in attributes.items()}
        return [
            one
            for one in self.elements
            if one.tag == tag and wanted.items() <= one.attributes.items()
        ]

    def one(self, tag: str, **attributes: str) -> Element:
        """Return the only element of a name that has these attributes."""
        (found,) = self.all(tag, **attributes)
        return found

    def texts_of(self, tag: str) -> list[str]:
        """Return the text of each element of a name."""
        return [one.text for one in self.all(tag)]

    def handle_decl(self, decl: str) -> None:
        self.declaration = decl

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._end(tag)
        if tag in CELLS:
            self.handle_data(" ")
        names = [name for name, _ in attrs]
        assert len(names) == len({*names}), f"an attribute comes twice: {names}"
        inside = tuple(one.tag for one in self._open)
        element = Element(tag, {name: value or "" for name, value in attrs}, inside)
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        self._end(tag)
        assert self._open[-1].tag == tag, f"</{tag}> ends <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1].tag in ("script", "style"):
            self._open[-1].pieces.append(data)
            return
        for one in self._open:
            one.pieces.append(data)

    def _end(self, tag: str) -> None:
        while self._open and tag in ENDED_BY.get(self._open[-1].tag, ()):
            self._open.pop()
