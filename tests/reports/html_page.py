"""Reads a rendered page strictly: every tag closed in order, no reference to the outside."""

from html.parser import HTMLParser

VOID = {"meta"}
FORBIDDEN = {
    "script",
    "link",
    "img",
    "iframe",
    "object",
    "embed",
    "form",
    "base",
    "foreignobject",
    "image",
    "use",
}
REFERENCES = {
    "src",
    "href",
    "xlink:href",
    "srcset",
    "action",
    "formaction",
    "poster",
    "data",
    "background",
    "ping",
}


class Page(HTMLParser):
    """What stands in a page: elements in order, ids, in-page references, tables and texts."""

    def __init__(self, content: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.stack: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.ids: list[str] = []
        self.refers: list[str] = []
        self.tables: list[list[list[str]]] = []
        self.inside: dict[str, list[str]] = {}
        text = content.decode("utf-8")
        assert text.startswith("<!DOCTYPE html>\n")
        self.feed(text)
        self.close()
        assert self.stack == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._element(tag, attrs)
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._element(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"comment {data!r}")

    def handle_data(self, data: str) -> None:
        tag = self.stack[-1] if self.stack else ""
        assert tag or not data.strip()
        if tag in {"th", "td"}:
            self.tables[-1][-1][-1] += data
        elif tag in self.inside:
            self.inside[tag][-1] += data

    def _element(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names))
        assert tag not in FORBIDDEN
        assert not any(name.startswith("on") or name == "style" for name in names)
        found = {name: value or "" for name, value in attrs}
        self.elements.append((tag, found))
        if "id" in found:
            self.ids.append(found["id"])
        for name in ("aria-labelledby", "aria-describedby"):
            if name in found:
                self.refers += found[name].split()
        for name in REFERENCES & found.keys():
            assert found[name].startswith("#")
            self.refers.append(found[name][1:])
        if found.get("fill", "").startswith("url("):
            self.refers.append(found["fill"].removeprefix("url(#").removesuffix(")"))
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in {"th", "td"}:
            self.tables[-1][-1].append("")
        else:
            self.inside.setdefault(tag, []).append("")

    def all(self, tag: str) -> list[dict[str, str]]:
        return [found for name, found in self.elements if name == tag]
