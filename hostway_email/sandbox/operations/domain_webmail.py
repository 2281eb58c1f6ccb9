"""The webmail settings of a domain, and the plans and limits of its product."""

from __future__ import annotations

from hostway_email.sandbox import checks
from hostway_email.sandbox.answers import Answer, no_content, ok
from hostway_email.sandbox.call import Call, Handler
from hostway_email.sandbox.errors import conflict, fields
from hostway_email.sandbox.links import HOST, SINGLE, base, domain_path, link, segment

__all__ = ["HANDLERS"]


def get(call: Call) -> Answer:
    """Return the webmail settings of the domain."""
    webmail = call.domain.webmail
    expiration = webmail.trial_expiration
    location = f"{base(call.world, SINGLE)}{domain_path(call.world)}/webmail/"
    return ok(
        {
            "type": webmail.type,
            "allowUpgrade": webmail.allow_upgrade,
            "trialType": webmail.trial_type,
            "trialExpiration": None if expiration is None else expiration.isoformat(),
            "links": [{"location": location, "rel": "self"}],
        }
    )


def put(call: Call) -> Answer:
    """Allow or forbid upgrades."""
    errors: checks.Errors = {}
    allowed = checks.flag(call.body, "allowUpgrade", errors)
    if errors:
        raise fields(errors)
    if allowed and not call.domain.upgrade:
        raise conflict("Upgrade is disabled at the product level and cannot be turned on")
    call.domain.webmail.allow_upgrade = allowed
    return no_content()


def limits(call: Call) -> Answer:
    """Return the maximum number of mailboxes of each plan."""
    return _product(call, "webmailLimits", "webmailLimits", call.domain.limits)


def names(call: Call) -> Answer:
    """Return the available plans."""
    return _product(call, "webmailNames", "webmailNames", call.domain.names)


def upgrade(call: Call) -> Answer:
    """Return the product's permission to upgrade."""
    return _product(call, "webmailUpgrade", "allowed", call.domain.upgrade)


def _product(call: Call, resource: str, key: str, value: object) -> Answer:
    short = "account" not in call.values
    path = f"/email/{segment(call.domain.name)}" if short else domain_path(call.world)
    return ok({key: value, "links": [link(f"{base(call.world, HOST)}{path}/{resource}/")]})


HANDLERS: dict[str, Handler] = {
    "domain_webmail.get": get,
    "domain_webmail.put": put,
    "webmail_limits.get": limits,
    "webmail_names.get": names,
    "webmail_upgrade.get": upgrade,
    "short.webmail_limits.get": limits,
    "short.webmail_names.get": names,
    "short.webmail_upgrade.get": upgrade,
}
