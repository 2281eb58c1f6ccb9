"""Shows annotations in the reference as a reader thinks of them, not as pydantic needs them.

An extension of griffe, which reads the package for the reference: `Annotated[T, ...]` is shown as
`T`, `Lenient[T]` as `T | None`, and the names of this package for kinds of fields as their types.
"""

from __future__ import annotations

from typing import Any

import griffe

_TYPES = {
    "EmailText": "str",
    "Flag": "bool",
    "ListedText": "str",
    "NewName": "str",
    "PathText": "str",
    "QuotaMB": "int",
    "Secret": "str | SecretStr",
    "Text": "str",
    "TypeName": "str",
    "_DisplayName": "str",
    "_Text40": "str",
    "_Text64": "str",
    "_Text128": "str",
    "_Text1024": "str",
    "Count": "int",
    "Share": "float",
}


class PlainAnnotations(griffe.Extension):
    """Simplifies the annotation of each attribute."""

    def on_attribute_instance(self, *, attr: griffe.Attribute, **_: Any) -> None:
        """Replace the annotation once the attribute has been read."""
        attr.annotation = _plain(attr.annotation)


def _plain(shown: str | griffe.Expr | None) -> Any:
    if isinstance(shown, griffe.ExprName):
        if shown.name == "LinkList":
            link = griffe.ExprName("Link", parent=shown.parent)
            return griffe.ExprSubscript(griffe.ExprName("list"), link)
        return _TYPES.get(shown.name, shown)
    if isinstance(shown, griffe.ExprBinOp):
        return griffe.ExprBinOp(_plain(shown.left), shown.operator, _plain(shown.right))
    if not isinstance(shown, griffe.ExprSubscript):
        return shown
    inside = shown.slice
    name = str(shown.left)
    if name == "Annotated" and isinstance(inside, griffe.ExprTuple):
        return _plain(inside.elements[0])
    if name == "Lenient":
        return griffe.ExprBinOp(_plain(inside), "|", "None")
    if name == "Readable":
        return _plain(inside)
    if name == "Listing":
        return griffe.ExprSubscript(griffe.ExprName("list"), _plain(inside))
    if isinstance(inside, griffe.ExprTuple):
        elements = [_plain(element) for element in inside.elements]
        return griffe.ExprSubscript(shown.left, griffe.ExprTuple(elements, implicit=True))
    return griffe.ExprSubscript(shown.left, _plain(inside))
