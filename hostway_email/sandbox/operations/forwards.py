"""The forwards of a username."""

from __future__ import annotations

from hostway_email.sandbox import checks
from hostway_email.sandbox.answers import Answer, no_content, ok
from hostway_email.sandbox.call import Call, Handler
from hostway_email.sandbox.errors import conflict, fields, not_found
from hostway_email.sandbox.links import SINGLE, base, username_path

__all__ = ["HANDLERS"]


def get(call: Call) -> Answer:
    """Return the forward targets."""
    mailbox = call.mailbox
    path = username_path(call.world, mailbox.username)
    location = f"{base(call.world, SINGLE)}{path}/forwards/"
    return ok(
        {
            "targets": [{"target": target} for target in mailbox.forwards],
            "links": [{"location": location, "rel": "self"}],
        }
    )


def create(call: Call) -> Answer:
    """Add forward targets to the existing ones."""
    mailbox = call.mailbox
    targets = _targets(call.body.get("targets"))
    # One invalid target refuses all of them, so all are checked before any is stored.
    _check_delivery(call, mailbox.username, targets)
    known = {target.lower() for target in mailbox.forwards}
    for target in targets:
        if target.lower() not in known:
            mailbox.forwards.append(target)
            known.add(target.lower())
    return no_content()


def delete(call: Call) -> Answer:
    """Delete one forward target."""
    mailbox = call.mailbox
    wanted = call.values["fwd-mailbox"].lower()
    if "@" not in wanted:
        wanted = f"{wanted}@{call.domain.name.lower()}"
    for target in mailbox.forwards:
        if target.lower() == wanted:
            mailbox.forwards.remove(target)
            return no_content()
    raise not_found("Forward not found")


def _targets(listed: object) -> list[str]:
    if listed is None:
        raise fields({"targets": "Required"})
    if not isinstance(listed, list):
        raise fields({"targets": "Not of type list"})
    if not listed:
        raise fields({"targets": "Shorter than minimum length 1"})
    errors: checks.Errors = {}
    targets: list[str] = []
    for index, item in enumerate(listed):
        target = item.get("target") if isinstance(item, dict) else None
        if target in (None, ""):
            errors[f"targets.{index}.target"] = "Required"
        elif not isinstance(target, str) or not checks.EMAIL.fullmatch(target):
            errors[f"targets.{index}.target"] = "Invalid email address"
        else:
            targets.append(target)
    if errors:
        raise fields(errors)
    return targets


def _check_delivery(call: Call, source: str, targets: list[str]) -> None:
    errors: checks.Errors = {}
    circular: list[str] = []
    aliases = {alias.lower() for alias in call.domain.aliases}
    for target in targets:
        username, _, domain = target.lower().rpartition("@")
        if domain == call.domain.name.lower():
            if username == source.lower():
                errors[target] = "Is the same as current mailbox"
            elif username not in call.domain.mailboxes:
                errors[target] = "Target not found"
        elif domain in aliases and username == source.lower():
            circular.append(target)
    if errors:
        raise fields(errors)
    if circular:
        raise conflict(f"Circular target {circular[0]}")


HANDLERS: dict[str, Handler] = {
    "forwards.get": get,
    "forwards.create": create,
    "forwards.delete": delete,
}
