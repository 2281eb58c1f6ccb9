"""The forwards of a username."""

from __future__ import annotations

from hostway_email.sandbox.handlers._validation import EMAIL_ADDRESS, FieldErrors
from hostway_email.sandbox.http.errors import conflict, field_errors, not_found
from hostway_email.sandbox.http.links import SINGLE_BRACES, username_url
from hostway_email.sandbox.http.request import Handler, Request
from hostway_email.sandbox.http.responses import Response, no_content, ok

__all__ = ["HANDLERS"]


def get(request: Request) -> Response:
    """Return the forward targets."""
    mailbox = request.mailbox
    location = f"{username_url(request, mailbox, SINGLE_BRACES)}/forwards/"
    return ok(
        {
            "targets": [{"target": target} for target in mailbox.forwards],
            "links": [{"location": location, "rel": "self"}],
        }
    )


def create(request: Request) -> Response:
    """Add forward targets to the existing ones."""
    mailbox = request.mailbox
    targets = _targets(request.body.get("targets"))
    # One invalid target refuses all of them, so all are checked before any is stored.
    _check_delivery(request, mailbox.username, targets)
    known = {target.lower() for target in mailbox.forwards}
    for target in targets:
        if target.lower() not in known:
            mailbox.forwards.append(target)
            known.add(target.lower())
    return no_content()


def delete(request: Request) -> Response:
    """Delete one forward target."""
    mailbox = request.mailbox
    address = request.path_params["fwd-mailbox"].lower()
    if "@" not in address:
        address = f"{address}@{request.domain.name.lower()}"
    for target in mailbox.forwards:
        if target.lower() == address:
            mailbox.forwards.remove(target)
            return no_content()
    raise not_found("Forward not found")


def _targets(listed: object) -> list[str]:
    if listed is None:
        raise field_errors({"targets": "Required"})
    if not isinstance(listed, list):
        raise field_errors({"targets": "Not of type list"})
    if not listed:
        raise field_errors({"targets": "Shorter than minimum length 1"})
    errors: FieldErrors = {}
    targets: list[str] = []
    for index, item in enumerate(listed):
        target = item.get("target") if isinstance(item, dict) else None
        if target in (None, ""):
            errors[f"targets.{index}.target"] = "Required"
        elif not isinstance(target, str) or not EMAIL_ADDRESS.fullmatch(target):
            errors[f"targets.{index}.target"] = "Invalid email address"
        else:
            targets.append(target)
    if errors:
        raise field_errors(errors)
    return targets


def _check_delivery(request: Request, source: str, targets: list[str]) -> None:
    errors: FieldErrors = {}
    circular: list[str] = []
    aliases = {alias.lower() for alias in request.domain.aliases}
    for target in targets:
        username, _, domain = target.lower().rpartition("@")
        if domain == request.domain.name.lower():
            if username == source.lower():
                errors[target] = "Is the same as current mailbox"
            elif username not in request.domain.mailboxes:
                errors[target] = "Target not found"
        elif domain in aliases and username == source.lower():
            circular.append(target)
    if errors:
        raise field_errors(errors)
    if circular:
        raise conflict(f"Circular target {circular[0]}")


HANDLERS: dict[str, Handler] = {
    "forwards.get": get,
    "forwards.create": create,
    "forwards.delete": delete,
}
