"""The webmail settings of a domain, and the webmail account of a username."""

from hostway_email.models._lenient_values import Date, ReadFlag
from hostway_email.models._request import RequestModel
from hostway_email.models._response import Lenient, ResponseModel, Token
from hostway_email.models._types import Flag, Text, TypeName
from hostway_email.models.links import LinkList

__all__ = ["DomainWebmail", "DomainWebmailUpdate", "Webmail", "WebmailCreate", "WebmailUpdate"]


class DomainWebmail(ResponseModel):
    """The webmail settings of a domain.

    Attributes:
        type: the webmail type; `standard`, `activesync` and `premium` are known.
        allow_upgrade: whether users may change their type.
        trial_type: the type on trial; None if there is no trial.
        trial_expiration: the day on which the trial ends; None if there is none.
        links: the response's links.
    """

    type: Lenient[str] = None
    allow_upgrade: Lenient[ReadFlag] = None
    trial_type: Lenient[str] = None
    trial_expiration: Lenient[Date] = None
    links: LinkList = []


class DomainWebmailUpdate(RequestModel):
    """The permission of the domain's users to change their webmail type."""

    allow_upgrade: Flag


class Webmail(ResponseModel):
    """The webmail account of a username.

    Attributes:
        type: its type, one of `webmail_names`; `standard`, `activesync` and `premium` are known.
        allow_upgrade: whether its user may change the type.
        reset_password: whether its user must choose a new password at the next login; only in
            the long form.
        theme: the theme set at its creation.
        language: a locale such as `en_US`.
        timezone: a time zone such as `America/Chicago`.
        auth_token: signs in to webmail; `auth_token.get_secret_value()` reveals it. Only in the
            long form.
        links: the response's links.
    """

    type: Lenient[str] = None
    allow_upgrade: Lenient[ReadFlag] = None
    reset_password: Lenient[ReadFlag] = None
    theme: Lenient[str] = None
    language: Lenient[str] = None
    timezone: Lenient[str] = None
    auth_token: Lenient[Token] = None
    links: LinkList = []


class WebmailCreate(RequestModel):
    """A webmail account to create; the API has a default for every field.

    Attributes:
        type: its type, one of `webmail_names`; `standard` by default.
        allow_upgrade: whether its user may change the type; True by default.
        theme: a theme.
        language: a locale such as `en_US`.
        timezone: a time zone such as `America/Chicago`.
    """

    leaves_out_none = True

    type: TypeName | None = None
    allow_upgrade: Flag | None = None
    theme: Text | None = None
    language: Text | None = None
    timezone: Text | None = None


class WebmailUpdate(WebmailCreate):
    """The fields of a webmail account to change, at least one; others stay unchanged.

    Attributes:
        reset_password: whether its user must choose a new password at the next login.
    """

    needs_a_field = True

    reset_password: Flag | None = None
