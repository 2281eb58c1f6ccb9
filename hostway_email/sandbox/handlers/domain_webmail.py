"""The webmail settings of a domain, and the plans and limits of its product."""

from __future__ import annotations

from hostway_email.sandbox.handlers._validation import FieldErrors, required_boolean
from hostway_email.sandbox.http.errors import conflict, field_errors
from hostway_email.sandbox.http.links import HOST, SINGLE_BRACES, domain_url, link, short_domain_url
from hostway_email.sandbox.http.request import Handler, Request
from hostway_email.sandbox.http.responses import Response, no_content, ok

__all__ = ["HANDLERS"]


def get(request: Request) -> Response:
    """Return the webmail settings of the domain."""
    webmail = request.domain.webmail
    expiration = webmail.trial_expiration
    location = f"{domain_url(request, SINGLE_BRACES)}/webmail/"
    return ok(
        {
            "type": webmail.type,
            "allowUpgrade": webmail.allow_upgrade,
            "trialType": webmail.trial_type,
            "trialExpiration": None if expiration is None else expiration.isoformat(),
            "links": [{"location": location, "rel": "self"}],
        }
    )


def put(request: Request) -> Response:
    """Allow or forbid upgrades."""
    errors: FieldErrors = {}
    allowed = required_boolean(request.body, "allowUpgrade", errors)
    if errors:
        raise field_errors(errors)
    if allowed and not request.domain.upgrade:
        raise conflict("Upgrade is disabled at the product level and cannot be turned on")
    request.domain.webmail.allow_upgrade = allowed
    return no_content()


def limits(request: Request) -> Response:
    """Return the maximum number of mailboxes of each plan."""
    return _product(request, "webmailLimits", "webmailLimits", request.domain.limits)


def names(request: Request) -> Response:
    """Return the available plans."""
    return _product(request, "webmailNames", "webmailNames", request.domain.names)


def upgrade(request: Request) -> Response:
    """Return the product's permission to upgrade."""
    return _product(request, "webmailUpgrade", "allowed", request.domain.upgrade)


def _product(request: Request, resource: str, key: str, value: object) -> Response:
    url = domain_url if "account" in request.path_params else short_domain_url
    return ok({key: value, "links": [link(f"{url(request, HOST)}/{resource}/")]})


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
