"""The domain: quota, aliases, InfoStore, statistics and antispam panel."""

from __future__ import annotations

from collections import Counter

from hostway_email.sandbox.handlers._validation import FieldErrors, optional_integer
from hostway_email.sandbox.http.errors import bad_request
from hostway_email.sandbox.http.links import (
    DOUBLE_BRACES,
    HOST,
    SINGLE_BRACES,
    base_url,
    domain_url,
    link,
    path_segment,
)
from hostway_email.sandbox.http.request import Handler, Request
from hostway_email.sandbox.http.responses import Response, no_content, ok

__all__ = ["HANDLERS"]


def get(request: Request) -> Response:
    """Return the quota of the domain."""
    total = sum(mailbox.quota for mailbox in request.domain.mailboxes) + request.domain.quota_drift
    href = f"{domain_url(request, SINGLE_BRACES)}/"
    return ok({"quota": total, "links": [link(href)]})


def list_aliases(request: Request) -> Response:
    """Return the aliases of the domain."""
    href = f"{domain_url(request, HOST)}/aliases/"
    return ok({"list": request.domain.aliases, "links": [link(href)]})


def get_infostore(request: Request) -> Response:
    """Return the usage and quota of the shared storage."""
    store = request.domain.infostore
    href = f"{domain_url(request, SINGLE_BRACES)}/infostore/"
    return ok({"infoStore": {"usage": store.usage, "quota": store.quota}, "links": [link(href)]})


def put_infostore(request: Request) -> Response:
    """Change the quota of the shared storage."""
    errors: FieldErrors = {}
    quota = optional_integer(request.body, "quota", errors)
    if quota is None:
        errors.setdefault("quota", "Required")
    elif quota < 0:
        errors["quota"] = f"{quota} is less than minimum value 0"
    elif quota < request.domain.infostore.usage:
        errors["message"] = "Used storage exceeds the quota value"
    else:
        request.domain.infostore.quota = quota
        return no_content()
    raise bad_request(errors)


def count_types(request: Request) -> Response:
    """Return the number of mailboxes of each plan."""
    webmail: Counter[str] = Counter()
    exchange: Counter[str] = Counter()
    for mailbox in request.domain.mailboxes:
        if mailbox.exchange is not None:
            exchange[mailbox.exchange.type] += 1
        elif mailbox.webmail is not None:
            webmail[mailbox.webmail.type] += 1
    href = f"{domain_url(request, DOUBLE_BRACES)}/statistics/mailboxTypeCount/"
    return ok(
        {
            "numStandard": webmail["standard"],
            "numActiveSync": webmail["activesync"],
            "numPremium": webmail["premium"],
            "numExchange2013Standard": exchange["standard"],
            "numExchange2013Premium": exchange["premium"],
            "links": [link(href)],
        }
    )


def get_sso_link(request: Request) -> Response:
    """Return a login link for the antispam panel, or a redirect to it."""
    domain = request.domain
    if domain.sso_redirects:
        return Response(302, headers=((b"location", domain.sso_link.encode()),))
    path = f"/accounts/{path_segment(domain.account)}/avas/{path_segment(domain.name)}/SSOLink"
    href = f"{base_url(request, HOST)}{path}"
    return ok({"url": domain.sso_link, "links": [link(href)]})


HANDLERS: dict[str, Handler] = {
    "domain.get": get,
    "aliases.list": list_aliases,
    "infostore.get": get_infostore,
    "infostore.put": put_infostore,
    "statistics.mailbox_type_count": count_types,
    "avas.sso_link": get_sso_link,
}
