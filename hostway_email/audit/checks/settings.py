"""What an audit may be told: thresholds, and which domains count as one's own."""

from __future__ import annotations

import os
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_serializer

from hostway_email._core.suggest import nearest
from hostway_email.audit.text import clipped
from hostway_email.audit.toml_files import read_toml, refused_file
from hostway_email.models.building import WHEN_USED

__all__ = ["FREE_MAIL_DOMAINS", "AuditSettings", "read_settings"]

FREE_MAIL_DOMAINS: frozenset[str] = frozenset(
    {
        "aol.com",
        "fastmail.com",
        "gmail.com",
        "gmx.com",
        "gmx.de",
        "gmx.net",
        "googlemail.com",
        "hotmail.com",
        "icloud.com",
        "live.com",
        "mail.com",
        "mail.ru",
        "me.com",
        "msn.com",
        "outlook.com",
        "pm.me",
        "proton.me",
        "protonmail.com",
        "qq.com",
        "web.de",
        "yahoo.com",
        "yandex.com",
        "yandex.ru",
        "ymail.com",
        "zoho.com",
    }
)
"""Domains at which anybody can have a mailbox."""

Share = Annotated[float, Field(gt=0, le=1)]
Count = Annotated[int, Field(ge=0, le=1_000_000_000)]


class AuditSettings(BaseModel):
    """The thresholds of the checks, and the domains that they treat apart.

    Attributes:
        internal_domains: domains that are one's own, beside the audited one and its aliases.
        free_mail_domains: domains at which anybody can have a mailbox.
        near_quota: the share of a quota from which it counts as nearly used up.
        max_forward_targets: how many forward targets a mailbox may have.
        max_allow_list: how many entries a white list may have.
        max_masters: how many master mailboxes a domain may have.
        spam_backlog: how many messages a spam folder may hold.
        trial_days: how many days before its end a trial is reported.
        autoreply_days: after how many days an automatic reply that is still on is a medium finding.
        inactive_days: how many days of no use make a mailbox inactive.
        sent_surge_factor: how many times as many messages as were sent before count as a surge.
        sent_surge_floor: a smaller number of messages sent before counts as this many.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=WHEN_USED)

    internal_domains: frozenset[str] = frozenset()
    free_mail_domains: frozenset[str] = FREE_MAIL_DOMAINS
    near_quota: Share = 0.9
    max_forward_targets: Count = 5
    max_allow_list: Count = 50
    max_masters: Count = 2
    spam_backlog: Count = 500
    trial_days: Count = 14
    autoreply_days: Count = 14
    inactive_days: Count = 30
    sent_surge_factor: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 3
    sent_surge_floor: Count = 50

    def differing(self, other: AuditSettings) -> list[str]:
        """Return the names of the settings that are others there."""
        return [name for name in type(self).model_fields if vars(self)[name] != vars(other)[name]]

    @field_serializer("internal_domains", "free_mail_domains", when_used="json")
    def _in_order(self, domains: frozenset[str]) -> list[str]:
        # The headers of two equal audits are to be equal.
        return sorted(domains)


def read_settings(path: str | os.PathLike[str]) -> AuditSettings:
    """Return the settings of a TOML file, which holds some of the fields of `AuditSettings`.

    Raises:
        InvalidRequestError: the file cannot be read, or a setting is unknown or out of range; the
            text names it.
    """
    try:
        return AuditSettings.model_validate(read_toml(path, "settings"))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        name = str(first["loc"][0])
        if name not in AuditSettings.model_fields:
            near = nearest(name, AuditSettings.model_fields)
            meant = f"; did you mean {near!r}?" if near else ""
            rule = f"has an unknown setting: {clipped(name)!r}{meant}"
        else:
            rule = f"{name}: {first['msg']}"
        raise refused_file(path, "settings", rule) from None
