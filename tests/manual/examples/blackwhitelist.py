"""Black/white lists of a domain (4 to 10) and of a mailbox (36 to 42), printed alike."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import JsonValue

from hostway_email import BadRequestError, HostwayEmail, ListedAddress, Page
from hostway_email.resources import BlackWhitelistResource

from ..example import Example, Raises, Reads, Refused, link

__all__ = ["EXAMPLES"]

List = Callable[[HostwayEmail], BlackWhitelistResource]

WHITE = {"type": "W", "address": "mb1-white@somedomain.com"}
BLACK = {"type": "B", "address": "mb2-black@domain.com"}
SAME_DOMAIN = {"type": "B", "address": "mb3-black@somedomain.com"}
WHOLE_DOMAIN = {"type": "B", "address": "@sometestdomain.com"}


def page(total: int, *entries: dict[str, str], links: list[JsonValue]) -> dict[str, JsonValue]:
    return {"totalCount": total, "list": [dict(entry) for entry in entries], "links": links}


def reads(total: int, *entries: dict[str, str]) -> Reads:
    return Reads(Page, {"total_count": total, "items": list(entries)})


def examples(
    path: str,
    of: List,
    *,
    delete: str,
    get: str,
    placeholder: str,
    listing: str,
    put: str,
    put_addresses: tuple[str, str],
    where: List,
    template: str,
) -> list[Example]:
    """Return the examples of one list; `delete`, `get`, `listing`, `put` are its sections."""
    entry = "mb1-white20150114-0113@somedomain.com"
    base = f"{{{{APIBaseURL}}}}{path}"
    return [
        Example(
            section=f"{delete}.4.1",
            call=lambda hostway: of(hostway).delete(entry),
            request=f"DELETE {path}/{entry}",
            status=204,
        ),
        Example(
            section=f"{get}.3.2",
            call=lambda hostway: where(hostway).get("{address}"),
            request=f"GET {template}/{{address}}",
            status=200,
            answer={"type": "{type}", "address": "{address}", "links": []},
            gives=Reads(ListedAddress, {"type": "{type}", "address": "{address}"}),
            corrected="{links} is an empty list",
        ),
        Example(
            section=f"{get}.4.1",
            call=lambda hostway: of(hostway).get(entry),
            request=f"GET {path}/{entry}",
            status=200,
            answer={
                "type": "W",
                "address": entry,
                "links": [link(f"{placeholder}{path}/{entry}/")],
            },
            gives=Reads(ListedAddress, {"type": "W", "address": entry}),
        ),
        Example(
            section=f"{listing}.3.2",
            call=lambda hostway: where(hostway).list(page_size=None).page(1),
            request=f"GET {template}",
            status=200,
            answer=page(
                1, {"type": "{type}", "address": "{address}"}, links=[link("{href}", "{rel}")]
            ),
            gives=reads(1, {"type": "{type}", "address": "{address}"}),
            corrected="{totalCount} is 1",
        ),
        Example(
            section=f"{listing}.4.1",
            call=lambda hostway: of(hostway).list(page_size=None).page(1),
            request=f"GET {path}",
            status=200,
            answer=page(4, WHITE, BLACK, SAME_DOMAIN, WHOLE_DOMAIN, links=[link(base)]),
            gives=reads(4, WHITE, BLACK, SAME_DOMAIN, WHOLE_DOMAIN),
        ),
        Example(
            section=f"{listing}.4.2",
            call=lambda hostway: (
                of(hostway).list(filter_address="*somedomain.com*", page_size=None).page(1)
            ),
            request=f"GET {path}?filterAddress=*somedomain.com*",
            status=200,
            answer=page(
                2, WHITE, SAME_DOMAIN, links=[link(f"{base}?filterAddress=*somedomain.com*")]
            ),
            gives=reads(2, WHITE, SAME_DOMAIN),
        ),
        Example(
            section=f"{listing}.4.3",
            call=lambda hostway: of(hostway).list(filter_type="W", page_size=None).page(1),
            request=f"GET {path}?filterType=W",
            status=200,
            answer=page(1, WHITE, links=[link(f"{base}?filterType=W")]),
            gives=reads(1, WHITE),
        ),
        Example(
            section=f"{listing}.4.4",
            call=lambda hostway: of(hostway).list(page_size=2).page(1),
            request=f"GET {path}?pageSize=2&page=1",
            status=200,
            answer=page(
                2,
                WHITE,
                {"type": "B", "address": "mb2-white@domain.com"},
                links=[
                    link(f"{base}?pageSize=2&page=2", "next"),
                    link(f"{base}?pageSize=2&page=2", "last"),
                ],
            ),
            gives=Reads(
                Page,
                {
                    "total_count": 2,
                    "items": [WHITE, {"type": "B", "address": "mb2-white@domain.com"}],
                },
                also={"number": 1, "has_next": True},
            ),
        ),
        Example(
            section=f"{listing}.4.5",
            call=lambda hostway: (
                of(hostway).list(sort_field="address", sort_order="desc", page_size=None).page(1)
            ),
            request=f"GET {path}?sortField=address&sortOrder=desc",
            status=200,
            answer=page(
                4,
                SAME_DOMAIN,
                BLACK,
                WHITE,
                WHOLE_DOMAIN,
                links=[link(f"{base}?sortField=address&sortOrder=desc")],
            ),
            gives=reads(4, SAME_DOMAIN, BLACK, WHITE, WHOLE_DOMAIN),
        ),
        Example(
            section=f"{put}.4.1",
            # Without a type an entry can only have come from a response.
            call=lambda hostway: of(hostway).put(
                [ListedAddress.model_validate({"address": "mb1-white@somedomain.com"})]
            ),
            refused=Refused.naming("addresses.0.type"),
            request=f"PUT {path}",
            body={"list": [{"address": "mb1-white@somedomain.com"}]},
            status=400,
            answer={
                "badRequest": {
                    "message": "POST data error",
                    "code": 400,
                    "details": {"list.0.type": "Required"},
                }
            },
            gives=Raises(BadRequestError, "POST data error", {"list.0.type": "Required"}),
        ),
        Example(
            section=f"{put}.4.2",
            call=lambda hostway: of(hostway).put(
                [ListedAddress(address="somedomain.com", type="A")]  # type: ignore[arg-type] # invalid on purpose
            ),
            refused=Refused.naming("address", "type"),
            request=f"PUT {path}",
            body={"list": [{"address": "somedomain.com", "type": "A"}]},
            status=400,
            answer={
                "badRequest": {
                    "message": "POST data error",
                    "code": 400,
                    "details": {
                        "list.0.type": '"A" is not one of B, W',
                        "list.0.address": "Invalid address format: somedomain.com",
                    },
                }
            },
            gives=Raises(
                BadRequestError,
                "POST data error",
                {
                    "list.0.type": '"A" is not one of B, W',
                    "list.0.address": "Invalid address format: somedomain.com",
                },
            ),
        ),
        Example(
            section=f"{put}.4.3",
            call=lambda hostway: of(hostway).put(
                ListedAddress(address=address, type="W") for address in put_addresses
            ),
            request=f"PUT {path}",
            body={"list": [{"address": address, "type": "W"} for address in put_addresses]},
            status=204,
        ),
        Example(
            section=f"{put}.4.4",
            call=lambda hostway: of(hostway).put(
                [
                    ListedAddress(address="@domainaddr1.com", type="W"),
                    ListedAddress(address="@someotherdomain.com", type="B"),
                ]
            ),
            request=f"PUT {path}",
            body={
                "list": [
                    {"type": "W", "address": "@domainaddr1.com"},
                    {"type": "B", "address": "@someotherdomain.com"},
                ]
            },
            status=204,
            corrected="no response is printed: a 204, the success of this operation",
        ),
    ]


EXAMPLES = [
    *examples(
        "/accounts/account-number/email/test.com/blackwhitelist",
        lambda hostway: hostway.account("account-number").domain("test.com").blackwhitelist,
        delete="4",
        get="6",
        placeholder="{ {APIBaseURL} }",
        listing="8",
        put="10",
        put_addresses=(
            "mb1-white20150114-0113@somedomain.com",
            "mb2-white20150114-0113@somedomain.com",
        ),
        template="/accounts/{account}/email/{domain}/blackwhitelist",
        where=lambda hostway: hostway.account("{account}").domain("{domain}").blackwhitelist,
    ),
    *examples(
        "/accounts/account-number/email/test.com/usernames/test/blackwhitelist",
        lambda hostway: (
            hostway.account("account-number").domain("test.com").username("test").blackwhitelist
        ),
        delete="36",
        get="38",
        placeholder="{{APIBaseURL}}",
        listing="40",
        put="42",
        put_addresses=("mb1-white@somedomain.com", "mb2-white@somedomain.com"),
        template="/accounts/{account}/email/{domain}/usernames/{mailbox}/blackwhitelist",
        where=lambda hostway: (
            hostway.account("{account}").domain("{domain}").username("{mailbox}").blackwhitelist
        ),
    ),
]
