"""CleanMail Plus, the spam and virus filters of a domain and of each username."""

from __future__ import annotations

from functools import lru_cache

from hostway_email.sandbox.http.errors import field_errors
from hostway_email.sandbox.http.request import Handler, Request
from hostway_email.sandbox.http.responses import Response, encode, no_content

__all__ = ["DEFAULTS", "HANDLERS"]

_ON_OFF = (("Enable", "1"), ("Disable", "0"))
# Field, title and options; two fields are numbers without options.
_FIELDS: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    (
        "SPAM_LEVEL",
        "SPAM Tag Level",
        (
            ("Least Aggressive", "6"),
            ("Less Aggressive", "5"),
            ("Normal", "4"),
            ("More Aggressive", "3"),
            ("Most Aggressive", "2"),
            ("Ultra Aggressive", "1"),
        ),
    ),
    (
        "SPAM_ACTION",
        "SPAM Detected Action",
        (("None", "0"), ("Tag Subject", "2"), ("Move to SPAM Folder", "1"), ("Delete", "3")),
    ),
    ("ATTACHMENT_CONTROL", "Attachment Control", _ON_OFF),
    (
        "VIRUS_ACTION",
        "Virus Detected Action",
        (("No Virus Filter", "0"), ("Delete Automatically", "1")),
    ),
    ("SPAM_LEARNING", "SPAM Learning Status", ()),
    ("SPAM_DISCARD_LEVEL", "SPAM Discard Level", ()),
    ("PHISHING_CHECKS", "Phishing Checks", (("Enabled", "1"), ("Disabled", "0"))),
    ("CLEANMAIL_PLUS", "CleanMail Plus Enable", _ON_OFF),
    ("SPAM_CHECK", "SPAM Check Option", _ON_OFF),
)
_OPTIONS = {name: {value for _, value in options} for name, _, options in _FIELDS}

DEFAULTS = {
    "SPAM_LEVEL": "4",
    "SPAM_ACTION": "1",
    "ATTACHMENT_CONTROL": "1",
    "VIRUS_ACTION": "1",
    "SPAM_LEARNING": "0",
    "SPAM_DISCARD_LEVEL": "20",
    "PHISHING_CHECKS": "1",
    "CLEANMAIL_PLUS": "1",
    "SPAM_CHECK": "1",
}


def get(request: Request) -> Response:
    """Return the fields of the filter with their values and options."""
    own = request.mailbox.cleanmailplus if "mailboxName" in request.path_params else {}
    selected = {**DEFAULTS, **request.domain.cleanmailplus, **own}
    return Response(200, _render(tuple(selected[name] for name, _, _ in _FIELDS)))


def put(request: Request) -> Response:
    """Change values of the filter."""
    owner = request.mailbox if "mailboxName" in request.path_params else request.domain
    attributes = request.body.get("attributes")
    owner.cleanmailplus.update(_validated(attributes, strict=request.state.strict))
    return no_content()


# Most mailboxes of a domain have the same settings.
@lru_cache(maxsize=256)
def _render(selected: tuple[str, ...]) -> bytes:
    return encode(
        [
            {
                "selected": value,
                "fieldName": name,
                "description": title,
                "options": [{"name": label, "value": option} for label, option in options],
            }
            for value, (name, title, options) in zip(selected, _FIELDS, strict=True)
        ]
    )


def _validated(attributes: object, *, strict: bool) -> dict[str, str]:
    if not isinstance(attributes, list):
        raise field_errors({"attributes": "Required" if attributes is None else "Not of type list"})
    errors: dict[str, str] = {}
    values: dict[str, str] = {}
    for index, item in enumerate(attributes):
        attribute = item if isinstance(item, dict) else {}
        name, given = attribute.get("attributeName"), attribute.get("attributeValue")
        value = str(given)
        if not isinstance(name, str) or name not in _OPTIONS:
            reason = f"{name} is not valid filter attribute name"
        elif strict and not isinstance(given, str):
            reason = f"{value} is not of type string"
        elif not (value in _OPTIONS[name] or (not _OPTIONS[name] and value.isdecimal())):
            reason = f"{value} is not valid attribute option for {name} filter attribute"
        else:
            values[name] = value
            continue
        errors[f"attributes.{index}"] = reason
    if errors:
        raise field_errors(errors)
    return values


HANDLERS: dict[str, Handler] = {
    "domain_cleanmailplus.get": get,
    "domain_cleanmailplus.put": put,
    "mailbox_cleanmailplus.get": get,
    "mailbox_cleanmailplus.put": put,
}
