"""Charts of the totals of an audit, as SVG of shapes and labels only."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Final
from xml.etree.ElementTree import Element

import pygal  # type: ignore[import-untyped] # it has no type hints
from markupsafe import Markup
from pygal.style import Style  # type: ignore[import-untyped] # as above

__all__ = ["bars", "ring"]

# For its plugins pygal adds a deprecated import finder to the process: on Python 3.11 each failed
# import would warn because of it, and raise where warnings are errors.
sys.meta_path[:] = [one for one in sys.meta_path if type(one).__module__ != pygal.__name__]

_WIDTH: Final = 560
_ROW: Final = 30
# The height that pygal reserves for the scale, which is dropped: each label has its number.
_AXIS: Final = 24
_SETTINGS: Final = {
    # No styles or scripts of pygal: the page has its own colours and runs no script of a chart.
    "js": [],
    "css": [],
    "disable_xml_declaration": True,
    "show_legend": False,
    "margin": 4,
    # The size for which space is reserved; the page sets the font.
    "style": Style(label_font_size=14, major_label_font_size=14),
}
_DROPPED: Final = {"defs", "desc", "title", "style", "script"}
_DROPPED_CLASSES: Final = {"overlay", "text-overlay", "titles", "tooltip-overlay", "x"}
_TOOLS: Final = {"reactive", "tooltip-trigger"}
_KEPT: Final = {"class", "d", "height", "transform", "viewBox", "width", "x", "y", "text-anchor"}


def bars(
    identifier: str, title: str, labels: Sequence[str], series: Mapping[str, Sequence[int]]
) -> Markup:
    """Return a horizontal stacked bar chart, one bar for each label.

    Parameters:
        identifier: the id of the chart in the page.
        title: the accessible name.
        labels: the bars, from top to bottom.
        series: a number for each label, by the name of the series, which is also its class.
    """
    chart = pygal.HorizontalStackedBar(
        width=_WIDTH,
        height=_ROW * len(labels) + _AXIS,
        x_labels=[
            f"{label}  {sum(numbers):,}"
            for label, *numbers in zip(labels, *series.values(), strict=True)
        ][::-1],
        **_SETTINGS,
    )
    for name, numbers in series.items():
        chart.add(name, [number or None for number in numbers[::-1]])
    return _plain(chart, identifier, title, list(series))


def ring(identifier: str, title: str, parts: Mapping[str, int]) -> Markup:
    """Return a ring chart, with a segment for each number that is not zero.

    Parameters:
        identifier: the id of the chart in the page.
        title: the accessible name.
        parts: the numbers, by the name of the segment, which is also its class.
    """
    chart = pygal.Pie(width=220, height=220, inner_radius=0.62, **_SETTINGS)
    shown = {name: number for name, number in parts.items() if number}
    for name, number in shown.items():
        chart.add(name, number)
    return _plain(chart, identifier, title, list(shown))


def _plain(chart: pygal.Graph, identifier: str, title: str, names: Sequence[str]) -> Markup:
    def cleaned(root: Element) -> Element:
        _clean(root, names)
        root.attrib.update(role="img", id=identifier)
        root.set("aria-labelledby", f"{identifier}-title")
        # Made by the element itself, since pygal uses lxml where that is installed.
        label = root.makeelement("title", {"id": f"{identifier}-title"})
        label.text = title
        root.insert(0, label)
        return root

    chart.add_xml_filter(cleaned)
    return Markup(chart.render(is_unicode=True))


def _clean(element: Element, names: Sequence[str]) -> None:
    """Keep shapes and labels only, with the names of the series as classes."""
    for child in list(element):
        # The tag of a comment is a function.
        tag = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else ""
        if not tag or tag in _DROPPED or _DROPPED_CLASSES & {*child.get("class", "").split()}:
            element.remove(child)
        else:
            _clean(child, names)
    classes = [name for name in element.get("class", "").split() if name not in _TOOLS]
    for number, name in enumerate(names):
        if f"color-{number}" in classes:
            classes = ["series", name]
    for name in {*element.keys()} - _KEPT - {"xmlns"}:
        del element.attrib[name]
    if classes:
        element.set("class", " ".join(classes))
    else:
        element.attrib.pop("class", None)
