"""Settings of an audit: thresholds, and internal and free-mail domains."""

from __future__ import annotations

import os
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_serializer

from hostway_email._core.suggest import nearest
from hostway_email.audit.text import clipped
from hostway_email.audit.toml_files import read_toml
from hostway_email.audit.user_files import refused_file
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
"""Domains where anyone can register an address."""

Share = Annotated[float, Field(gt=0, le=1)]
Count = Annotated[int, Field(ge=0, le=1_000_000_000)]


class AuditSettings(BaseModel):
    """The thresholds of the checks, and the domains with a special meaning.

    Attributes:
        internal_domains: internal domains besides the audited one and its aliases.
        free_mail_domains: free-mail domains, where anyone can register an address.
        near_quota: the share of a quota from which a mailbox is near its quota.
        max_forward_targets: the maximum number of forward targets of a mailbox.
        max_allow_list: the maximum number of whitelist entries.
        max_masters: the maximum number of master mailboxes of a domain.
        spam_backlog: the maximum number of messages in a spam folder.
        trial_days: the days before its end from which a trial is reported.
        autoreply_days: the days after which an autoresponder that is still on is a medium finding.
        inactive_days: the days without use after which a mailbox is inactive.
        sent_surge_factor: the multiple of the messages sent before that is a surge.
        sent_surge_floor: the minimum used for the messages sent before.
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
        """Return the names of the settings that differ from `other`."""
        return [name for name in type(self).model_fields if vars(self)[name] != vars(other)[name]]

    @field_serializer("internal_domains", "free_mail_domains", when_used="json")
    def _in_order(self, domains: frozenset[str]) -> list[str]:
        # Sorted, so that equal settings give equal headers.
        return sorted(domains)


def read_settings(path: str | os.PathLike[str]) -> AuditSettings:
    """Read the settings from a TOML file with fields of `AuditSettings`.

    Raises:
        InvalidRequestError: the file cannot be read, or a setting is unknown or out of range; the
            message names it.
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
