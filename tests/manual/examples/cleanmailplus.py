"""The spam and virus filter of a domain (12, 14) and of a mailbox (44, 46), printed alike."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import JsonValue

from hostway_email import BadRequestError, HostwayEmail, NotFoundError
from hostway_email.resources import CleanMailPlusResource

from ..example import NO_SLASH, Example, Raises, Reads, Refused

__all__ = ["EXAMPLES"]

Filter = Callable[[HostwayEmail], CleanMailPlusResource]

ON_OFF = [("Enable", "1"), ("Disable", "0")]
# What is selected of which field, its description, and the options to choose from.
SETTINGS: list[tuple[str, str, str, list[tuple[str, str]]]] = [
    (
        "6",
        "SPAM_LEVEL",
        "SPAM Tag Level",
        [
            ("Least Aggressive", "6"),
            ("Less Aggressive", "5"),
            ("Normal", "4"),
            ("More Aggressive", "3"),
            ("Most Aggressive", "2"),
            ("Ultra Aggressive", "1"),
        ],
    ),
    (
        "2",
        "SPAM_ACTION",
        "SPAM Detected Action",
        [("None", "0"), ("Tag Subject", "2"), ("Move to SPAM Folder", "1"), ("Delete", "3")],
    ),
    ("1", "ATTACHMENT_CONTROL", "Attachment Control", ON_OFF),
    (
        "1",
        "VIRUS_ACTION",
        "Virus Detected Action",
        [("No Virus Filter", "0"), ("Delete Automatically", "1")],
    ),
    ("0", "SPAM_LEARNING", "SPAM Learning Status", []),
    ("20", "SPAM_DISCARD_LEVEL", "SPAM Discard Level", []),
    ("0", "PHISHING_CHECKS", "Phishing Checks", [("Enabled", "1"), ("Disabled", "0")]),
    ("0", "CLEANMAIL_PLUS", "CleanMail Plus Enable", ON_OFF),
    ("1", "SPAM_CHECK", "SPAM Check Option", ON_OFF),
]
OUTLINE = [
    (
        "{selected_option_value}",
        "{field_name}",
        "{description}",
        [("{option_name}", "{option_value}")],
    )
]


def wire(settings: list[tuple[str, str, str, list[tuple[str, str]]]]) -> list[JsonValue]:
    return [
        {
            "selected": selected,
            "fieldName": name,
            "description": description,
            "options": [{"name": option, "value": value} for option, value in options],
        }
        for selected, name, description, options in settings
    ]


def read(settings: list[tuple[str, str, str, list[tuple[str, str]]]]) -> list[object]:
    return [
        {
            "selected": selected,
            "field_name": name,
            "description": description,
            "options": [{"name": option, "value": value} for option, value in options],
        }
        for selected, name, description, options in settings
    ]


def attributes(**values: str) -> JsonValue:
    return {
        "attributes": [
            {"attributeName": name, "attributeValue": value} for name, value in values.items()
        ]
    }


def at(account: str, domain: str, username: str | None) -> tuple[str, Filter]:
    """Return the path of a filter and the way to it: of a domain where there is no username."""
    base = f"/accounts/{account}/email/{domain}"
    if username is None:
        return (
            f"{base}/cleanmailplus",
            lambda hostway: hostway.account(account).domain(domain).cleanmailplus,
        )
    return (
        f"{base}/usernames/{username}/cleanmailplus",
        lambda hostway: hostway.account(account).domain(domain).username(username).cleanmailplus,
    )


def reading(section: str, outline: str | None, username: str | None) -> list[Example]:
    anywhere, any_filter = at("{account}", "{domain}", outline)
    missing, missing_filter = at("test-account123", "non-existent-domain.com", username)
    path, of = at("test-account123", "test.com", username)
    return [
        Example(
            section=f"{section}.3.2",
            call=lambda hostway: any_filter(hostway).get(),
            request=f"GET {anywhere}",
            status=200,
            answer=wire(OUTLINE),
            gives=Reads(list, read(OUTLINE)),
            corrected=NO_SLASH,
        ),
        Example(
            section=f"{section}.4.1",
            call=lambda hostway: missing_filter(hostway).get(),
            request=f"GET {missing}",
            status=404,
            gives=Raises(NotFoundError),
            corrected=NO_SLASH,
        ),
        Example(
            section=f"{section}.4.2",
            call=lambda hostway: of(hostway).get(),
            request=f"GET {path}",
            status=200,
            answer=wire(SETTINGS),
            gives=Reads(list, read(SETTINGS)),
            corrected=f"{NO_SLASH}; the response, printed in two pieces, closes brackets once only",
        ),
    ]


def writing(section: str, username: str | None, changed: str | None) -> list[Example]:
    missing, missing_filter = at("{account}", "non-existent-domain.com", username)
    path, of = at("{account}", "test.com", username)
    changed_path, changed_filter = at("{account}", "test.com", changed)
    no_name = "NON_EXISTENT_ATTRIBUTE_NAME is not valid filter attribute name"
    no_value = "val01 is not valid attribute option for SPAM_LEVEL filter attribute"
    return [
        Example(
            section=f"{section}.4.1",
            call=lambda hostway: missing_filter(hostway).update({"SPAM_LEVEL": "1"}),
            request=f"PUT {missing}",
            body=attributes(SPAM_LEVEL="1"),
            status=404,
            answer={
                "itemNotFound": {
                    "message": "Resource not found",
                    "code": 404,
                    "details": {"message": "Domain not found"},
                }
            },
            gives=Raises(NotFoundError, "Resource not found: Domain not found"),
            corrected=NO_SLASH,
        ),
        Example(
            section=f"{section}.4.2",
            call=lambda hostway: of(hostway).update({}),
            refused=Refused.naming("attributes"),
            request=f"PUT {path}",
            body={"badBody": "badBodyValue"},
            status=400,
            answer={"attributes": "Required"},
            gives=Raises(BadRequestError, "Required", {"attributes": "Required"}),
            corrected=NO_SLASH,
        ),
        Example(
            section=f"{section}.4.3",
            call=lambda hostway: of(hostway).update({"NON_EXISTENT_ATTRIBUTE_NAME": "1"}),
            request=f"PUT {path}",
            body=attributes(NON_EXISTENT_ATTRIBUTE_NAME="1"),
            status=400,
            answer={"attributes.0": no_name},
            gives=Raises(BadRequestError, no_name, {"attributes.0": no_name}),
            corrected=NO_SLASH,
        ),
        Example(
            section=f"{section}.4.4",
            call=lambda hostway: of(hostway).update({"SPAM_LEVEL": "val01"}),
            request=f"PUT {path}",
            body=attributes(SPAM_LEVEL="val01"),
            status=400,
            answer={"attributes.0": no_value},
            gives=Raises(BadRequestError, no_value, {"attributes.0": no_value}),
            corrected=NO_SLASH,
        ),
        Example(
            section=f"{section}.4.5",
            call=lambda hostway: changed_filter(hostway).update(
                {"SPAM_LEVEL": "1", "SPAM_ACTION": "1"}
            ),
            request=f"PUT {changed_path}",
            body=attributes(SPAM_LEVEL="1", SPAM_ACTION="1"),
            status=204,
            corrected=f"{NO_SLASH}; the body, printed in two pieces, is put together",
        ),
    ]


EXAMPLES = [
    *reading("12", None, None),
    *writing("14", None, None),
    *reading("44", "{mailbox}", "test"),
    *writing("46", "mailbox-cleanmailplus", "test"),
]
