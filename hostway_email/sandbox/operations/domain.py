"""The domain: quota, aliases, InfoStore, statistics and antispam panel."""

from __future__ import annotations

from collections import Counter

from hostway_email.sandbox import checks
from hostway_email.sandbox.answers import Answer, no_content, ok
from hostway_email.sandbox.call import Call, Handler
from hostway_email.sandbox.errors import envelope
from hostway_email.sandbox.links import DOUBLE, HOST, SINGLE, base, domain_path, link, segment

__all__ = ["HANDLERS"]


def get(call: Call) -> Answer:
    """Return the quota of the domain."""
    total = sum(mailbox.quota for mailbox in call.domain.mailboxes) + call.domain.quota_drift
    href = f"{base(call.world, SINGLE)}{domain_path(call.world)}/"
    return ok({"quota": total, "links": [link(href)]})


def list_aliases(call: Call) -> Answer:
    """Return the aliases of the domain."""
    href = f"{base(call.world, HOST)}{domain_path(call.world)}/aliases/"
    return ok({"list": call.domain.aliases, "links": [link(href)]})


def get_infostore(call: Call) -> Answer:
    """Return the usage and quota of the shared storage."""
    store = call.domain.infostore
    href = f"{base(call.world, SINGLE)}{domain_path(call.world)}/infostore/"
    return ok({"infoStore": {"usage": store.usage, "quota": store.quota}, "links": [link(href)]})


def put_infostore(call: Call) -> Answer:
    """Change the quota of the shared storage."""
    errors: checks.Errors = {}
    quota = checks.whole(call.body, "quota", errors)
    if quota is None:
        errors.setdefault("quota", "Required")
    elif quota < 0:
        errors["quota"] = f"{quota} is less than minimum value 0"
    elif quota < call.domain.infostore.usage:
        errors["message"] = "Used storage exceeds the quota value"
    else:
        call.domain.infostore.quota = quota
        return no_content()
    raise envelope(errors)


def count_types(call: Call) -> Answer:
    """Return the number of mailboxes of each plan."""
    webmail: Counter[str] = Counter()
    exchange: Counter[str] = Counter()
    for mailbox in call.domain.mailboxes:
        if mailbox.exchange is not None:
            exchange[mailbox.exchange.type] += 1
        elif mailbox.webmail is not None:
            webmail[mailbox.webmail.type] += 1
    href = f"{base(call.world, DOUBLE)}{domain_path(call.world)}/statistics/mailboxTypeCount/"
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


def get_sso_link(call: Call) -> Answer:
    """Return a login link for the antispam panel, or a redirect to it."""
    domain = call.domain
    if domain.sso_redirects:
        return Answer(302, headers=((b"location", domain.sso_link.encode()),))
    path = f"/accounts/{segment(domain.account)}/avas/{segment(domain.name)}/SSOLink"
    return ok({"url": domain.sso_link, "links": [link(base(call.world, HOST) + path)]})


HANDLERS: dict[str, Handler] = {
    "domain.get": get,
    "aliases.list": list_aliases,
    "infostore.get": get_infostore,
    "infostore.put": put_infostore,
    "statistics.mailbox_type_count": count_types,
    "avas.sso_link": get_sso_link,
}
