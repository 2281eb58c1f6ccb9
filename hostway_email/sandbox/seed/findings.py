"""Generation of findings, each in a small share of the mailboxes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from hostway_email.sandbox.seed.mailboxes import MailboxGroups
from hostway_email.sandbox.seed.names import FREE_MAIL, PARTNERS
from hostway_email.sandbox.state import (
    Autoresponder,
    Domain,
    ExchangeMailbox,
    Mailbox,
    MessageStats,
    SandboxState,
)

__all__ = ["add_findings"]

# From this number of mailboxes, each finding occurs at least once.
_COMPLETE = 200


@dataclass(slots=True)
class SeedContext:
    """The domain that findings are added to, and its mailboxes without findings."""

    state: SandboxState
    domain: Domain
    random: Random
    regular: list[Mailbox]
    exchange: list[Mailbox]
    resources: list[Mailbox]

    def outside(self) -> str:
        """Return an address at a partner."""
        return f"{self.random.choice(('team', 'desk', 'ops'))}@{self.random.choice(PARTNERS)}"

    def inside(self, username: str) -> str:
        """Return an address in the domain."""
        return f"{username}@{self.domain.name}"

    def free_mail(self, mailbox: Mailbox) -> str:
        """Return an address at a free mail provider."""
        return f"{mailbox.username}@{self.random.choice(FREE_MAIL)}"

    def look_alike(self, mailbox: Mailbox) -> str:
        """Return an address in a look-alike domain, which has one letter more."""
        name = self.domain.name
        return f"{mailbox.username}@{name[0]}{name[0]}{name[1:]}"

    def another(self, mailbox: Mailbox) -> Mailbox:
        """Return another mailbox without findings, the same one if none is left."""
        return self.regular.pop() if self.regular else mailbox


AddFinding = Callable[[Mailbox, SeedContext], None]


def add_findings(
    state: SandboxState, domain: Domain, groups: MailboxGroups, random: Random
) -> None:
    """Add each finding to its share of the mailboxes; most mailboxes get none."""
    people = groups.people[max(1, len(groups.people) // 20) :]
    context = SeedContext(
        state, domain, random, people, list(groups.on_exchange), list(groups.resources)
    )
    count = len(domain.mailboxes)
    random.shuffle(context.regular)
    random.shuffle(context.exchange)
    random.shuffle(context.resources)
    for pool, kinds in (
        (context.regular, _REGULAR),
        (context.exchange, _EXCHANGE),
        (context.resources, _RESOURCES),
    ):
        for share, apply in kinds:
            wanted = round(share * count / 1000)
            for _ in range(max(1, wanted) if count >= _COMPLETE else wanted):
                if pool:
                    apply(pool.pop(), context)


def _external_forward(mailbox: Mailbox, context: SeedContext) -> None:
    mailbox.forwards = [context.outside()]


def _free_mail_forward(mailbox: Mailbox, context: SeedContext) -> None:
    mailbox.forwards = [context.free_mail(mailbox)]


def _look_alike_forward(mailbox: Mailbox, context: SeedContext) -> None:
    mailbox.forwards = [context.look_alike(mailbox)]


def _dangling_forward(mailbox: Mailbox, context: SeedContext) -> None:
    mailbox.forwards = [context.inside(f"former.{mailbox.username}")]


def _forward_loop(mailbox: Mailbox, context: SeedContext) -> None:
    other = context.another(mailbox)
    mailbox.forwards = [context.inside(other.username)]
    other.forwards = [context.inside(mailbox.username)]


def _forward_chain(mailbox: Mailbox, context: SeedContext) -> None:
    other = context.another(mailbox)
    mailbox.forwards = [context.inside(other.username)]
    other.forwards = [context.free_mail(other)]


def _forward_to_many(mailbox: Mailbox, context: SeedContext) -> None:
    colleagues = [context.inside(f"{name}") for name in ("info", "postmaster")]
    mailbox.forwards = [*colleagues, context.outside(), f"copies@{PARTNERS[0]}"]


def _privileged_forward(mailbox: Mailbox, context: SeedContext) -> None:
    mailbox.master = True
    mailbox.forwards = [context.outside()]


def _master(mailbox: Mailbox, _context: SeedContext) -> None:
    mailbox.master = True


def _reply_left_on(mailbox: Mailbox, _context: SeedContext) -> None:
    mailbox.autoresponder = Autoresponder(True, "Out of office", "I am away until further notice.")


def _reply_and_forward(mailbox: Mailbox, context: SeedContext) -> None:
    _reply_left_on(mailbox, context)
    mailbox.forwards = [context.outside()]


def _empty_reply(mailbox: Mailbox, _context: SeedContext) -> None:
    mailbox.autoresponder = Autoresponder(True, "", " ")


def _over_quota(mailbox: Mailbox, context: SeedContext) -> None:
    mailbox.usage = mailbox.quota + context.random.randrange(40)


def _near_quota(mailbox: Mailbox, context: SeedContext) -> None:
    mailbox.usage = int(mailbox.quota * (0.91 + 0.08 * context.random.random()))


def _never_used(mailbox: Mailbox, context: SeedContext) -> None:
    mailbox.usage = 3
    messages = context.random.randrange(1, 400)
    mailbox.stats = MessageStats(inbox=messages, inbox_unread=messages)


def _spam_backlog(mailbox: Mailbox, context: SeedContext) -> None:
    mailbox.stats.spam = context.random.randrange(1500, 9000)
    mailbox.stats.spam_unread = mailbox.stats.spam - 7


def _filter(**selected: str) -> AddFinding:
    def apply(mailbox: Mailbox, _context: SeedContext) -> None:
        mailbox.cleanmailplus = dict(selected)

    return apply


def _listed(kind: str, *addresses: str) -> AddFinding:
    def apply(mailbox: Mailbox, context: SeedContext) -> None:
        for address in addresses:
            mailbox.blackwhitelist[address.format(domain=context.domain.name)] = kind

    return apply


def _long_list(mailbox: Mailbox, context: SeedContext) -> None:
    for number in range(context.random.randrange(120, 260)):
        mailbox.blackwhitelist[f"contact{number}@{context.random.choice(PARTNERS)}"] = "W"


def _no_questions(mailbox: Mailbox, _context: SeedContext) -> None:
    mailbox.secrets = {}


def _retired_question(mailbox: Mailbox, _context: SeedContext) -> None:
    mailbox.secrets = {"tk1": "answer", "tk17": "answer"}


def _trial(first: int, last: int) -> AddFinding:
    def apply(mailbox: Mailbox, context: SeedContext) -> None:
        days = context.random.randrange(first, last)
        mailbox.trial_type = context.random.choice(("premium", "activesync"))
        mailbox.trial_expiration = context.state.today + timedelta(days=days)

    return apply


def _plan_not_offered(mailbox: Mailbox, _context: SeedContext) -> None:
    if mailbox.webmail is not None:
        mailbox.webmail.type = "starter"


def _plain_http(mailbox: Mailbox, _context: SeedContext) -> None:
    mailbox.sitemail_urls = (("http://sitemail7.example", "7"), *mailbox.sitemail_urls[1:])


def _missing_details(mailbox: Mailbox, _context: SeedContext) -> None:
    mailbox.gone = True


def _virtual(mailbox: Mailbox, _context: SeedContext) -> None:
    mailbox.virtual = True


def _no_webmail(mailbox: Mailbox, _context: SeedContext) -> None:
    mailbox.webmail = None


def _exchange_forward(*, keep: bool, hidden: bool = False) -> AddFinding:
    def apply(mailbox: Mailbox, context: SeedContext) -> None:
        exchange = _exchange_of(mailbox)
        exchange.forwarding_smtp_address = f"smtp:{context.outside()}"
        exchange.deliver_to_mailbox_and_forward = keep
        exchange.hidden_from_address_lists_enabled = hidden

    return apply


def _exchange_settings(**settings: object) -> AddFinding:
    def apply(mailbox: Mailbox, _context: SeedContext) -> None:
        for name, value in settings.items():
            setattr(_exchange_of(mailbox), name, value)

    return apply


def _any_device(mailbox: Mailbox, _context: SeedContext) -> None:
    exchange = _exchange_of(mailbox)
    exchange.active_sync_enabled = exchange.has_active_sync_device_partnership = True
    exchange.active_sync_allowed_device_ids = []
    exchange.active_sync_mailbox_policy = "Default"


def _unused_sync(mailbox: Mailbox, _context: SeedContext) -> None:
    exchange = _exchange_of(mailbox)
    exchange.active_sync_enabled = True
    exchange.has_active_sync_device_partnership = False
    exchange.active_sync_mailbox_policy = "Company phones"


def _foreign_proxy(mailbox: Mailbox, _context: SeedContext) -> None:
    _exchange_of(mailbox).proxy_addresses.append(f"{mailbox.username}@{PARTNERS[1]}")


def _exchange_of(mailbox: Mailbox) -> ExchangeMailbox:
    assert mailbox.exchange is not None
    return mailbox.exchange


# The findings by kind of mailbox, and their number per thousand mailboxes of the domain.
_REGULAR: tuple[tuple[float, AddFinding], ...] = (
    (14, _external_forward),
    (6, _free_mail_forward),
    (2, _look_alike_forward),
    (8, _dangling_forward),
    (2, _forward_loop),
    (2, _forward_chain),
    (6, _forward_to_many),
    (0, _privileged_forward),
    (0, _master),
    (0, _master),
    (20, _reply_left_on),
    (3, _reply_and_forward),
    (3, _empty_reply),
    (10, _over_quota),
    (18, _near_quota),
    (18, _never_used),
    (10, _spam_backlog),
    (5, _filter(SPAM_CHECK="0")),
    (5, _filter(SPAM_ACTION="0")),
    (8, _filter(SPAM_LEVEL="6")),
    (3, _filter(VIRUS_ACTION="0")),
    (5, _filter(PHISHING_CHECKS="0")),
    (5, _filter(ATTACHMENT_CONTROL="0")),
    (6, _filter(CLEANMAIL_PLUS="0")),
    (6, _filter(SPAM_LEVEL="5")),
    (5, _filter(SPAM_ACTION="3", SPAM_LEVEL="1")),
    (8, _listed("W", f"@{PARTNERS[2]}")),
    (2, _listed("W", "@{domain}")),
    (4, _listed("W", f"@{FREE_MAIL[0]}")),
    (4, _listed("W", "news@bulk-mail.example")),
    (4, _listed("B", "support@{domain}")),
    (3, _long_list),
    (15, _no_questions),
    (5, _retired_question),
    (10, _trial(1, 7)),
    (6, _trial(-60, 0)),
    (4, _plan_not_offered),
    (8, _plain_http),
    (3, _missing_details),
    (3, _virtual),
    (4, _no_webmail),
)
_EXCHANGE: tuple[tuple[float, AddFinding], ...] = (
    (3, _exchange_forward(keep=False)),
    (4, _exchange_forward(keep=True)),
    (1, _exchange_forward(keep=True, hidden=True)),
    (8, _exchange_settings(pop_enabled=True)),
    (8, _exchange_settings(imap_enabled=True)),
    (6, _unused_sync),
    (5, _any_device),
    (4, _exchange_settings(recipient_limits="unlimited")),
    (2, _exchange_settings(max_send_size="unlimited")),
    (4, _foreign_proxy),
    (0, _exchange_settings(display_name="<script>alert('hello')</script>")),
    (0, _exchange_settings(display_name='=HYPERLINK("http://tailspin.example","Ana")')),
)
_RESOURCES: tuple[tuple[float, AddFinding], ...] = (
    (1, _exchange_settings(owa_enabled=True)),
    (1, _exchange_settings(require_sender_authentication_enabled=False)),
)
