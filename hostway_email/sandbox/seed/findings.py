"""Generation of findings, each in a small share of the mailboxes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from hostway_email.sandbox.seed.company import Company
from hostway_email.sandbox.seed.names import FREE_MAIL, PARTNERS
from hostway_email.sandbox.state import Autoresponder, ExchangeMailbox, Mailbox, MessageStats
from hostway_email.sandbox.world import World

__all__ = ["plant"]

# From this number of mailboxes, each finding occurs at least once.
_COMPLETE = 200


@dataclass(slots=True)
class Site:
    """The sandbox that findings are added to, and its mailboxes without findings."""

    world: World
    random: Random
    regular: list[Mailbox]
    exchange: list[Mailbox]
    resources: list[Mailbox]

    def outside(self) -> str:
        """Return an address at a partner."""
        return f"{self.random.choice(('team', 'desk', 'ops'))}@{self.random.choice(PARTNERS)}"

    def inside(self, username: str) -> str:
        """Return an address in the domain."""
        return f"{username}@{self.world.domain.name}"

    def free_mail(self, mailbox: Mailbox) -> str:
        """Return an address at a free mail provider."""
        return f"{mailbox.username}@{self.random.choice(FREE_MAIL)}"

    def look_alike(self, mailbox: Mailbox) -> str:
        """Return an address in a look-alike domain, which has one letter more."""
        name = self.world.domain.name
        return f"{mailbox.username}@{name[0]}{name[0]}{name[1:]}"

    def another(self, mailbox: Mailbox) -> Mailbox:
        """Return another mailbox without findings, the same one if none is left."""
        return self.regular.pop() if self.regular else mailbox


Plant = Callable[[Mailbox, Site], None]


def plant(world: World, company: Company, random: Random) -> None:
    """Add each finding to its share of the mailboxes; most mailboxes get none."""
    people = company.people[max(1, len(company.people) // 20) :]
    site = Site(world, random, people, list(company.on_exchange), list(company.resources))
    count = len(world.domain.mailboxes)
    random.shuffle(site.regular)
    random.shuffle(site.exchange)
    random.shuffle(site.resources)
    for pool, kinds in (
        (site.regular, _REGULAR),
        (site.exchange, _EXCHANGE),
        (site.resources, _RESOURCES),
    ):
        for share, apply in kinds:
            wanted = round(share * count / 1000)
            for _ in range(max(1, wanted) if count >= _COMPLETE else wanted):
                if pool:
                    apply(pool.pop(), site)


def _external_forward(mailbox: Mailbox, site: Site) -> None:
    mailbox.forwards = [site.outside()]


def _free_mail_forward(mailbox: Mailbox, site: Site) -> None:
    mailbox.forwards = [site.free_mail(mailbox)]


def _look_alike_forward(mailbox: Mailbox, site: Site) -> None:
    mailbox.forwards = [site.look_alike(mailbox)]


def _dangling_forward(mailbox: Mailbox, site: Site) -> None:
    mailbox.forwards = [site.inside(f"former.{mailbox.username}")]


def _loop(mailbox: Mailbox, site: Site) -> None:
    other = site.another(mailbox)
    mailbox.forwards = [site.inside(other.username)]
    other.forwards = [site.inside(mailbox.username)]


def _chain(mailbox: Mailbox, site: Site) -> None:
    other = site.another(mailbox)
    mailbox.forwards = [site.inside(other.username)]
    other.forwards = [site.free_mail(other)]


def _fan_out(mailbox: Mailbox, site: Site) -> None:
    colleagues = [site.inside(f"{name}") for name in ("info", "postmaster")]
    mailbox.forwards = [*colleagues, site.outside(), f"copies@{PARTNERS[0]}"]


def _privileged_forward(mailbox: Mailbox, site: Site) -> None:
    mailbox.master = True
    mailbox.forwards = [site.outside()]


def _master(mailbox: Mailbox, _site: Site) -> None:
    mailbox.master = True


def _reply_left_on(mailbox: Mailbox, _site: Site) -> None:
    mailbox.autoresponder = Autoresponder(True, "Out of office", "I am away until further notice.")


def _reply_and_forward(mailbox: Mailbox, site: Site) -> None:
    _reply_left_on(mailbox, site)
    mailbox.forwards = [site.outside()]


def _empty_reply(mailbox: Mailbox, _site: Site) -> None:
    mailbox.autoresponder = Autoresponder(True, "", " ")


def _over_quota(mailbox: Mailbox, site: Site) -> None:
    mailbox.usage = mailbox.quota + site.random.randrange(40)


def _near_quota(mailbox: Mailbox, site: Site) -> None:
    mailbox.usage = int(mailbox.quota * (0.91 + 0.08 * site.random.random()))


def _never_used(mailbox: Mailbox, site: Site) -> None:
    mailbox.usage = 3
    messages = site.random.randrange(1, 400)
    mailbox.stats = MessageStats(inbox=messages, inbox_unread=messages)


def _spam_backlog(mailbox: Mailbox, site: Site) -> None:
    mailbox.stats.spam = site.random.randrange(1500, 9000)
    mailbox.stats.spam_unread = mailbox.stats.spam - 7


def _filter(**selected: str) -> Plant:
    def apply(mailbox: Mailbox, _site: Site) -> None:
        mailbox.cleanmailplus = dict(selected)

    return apply


def _listed(kind: str, *addresses: str) -> Plant:
    def apply(mailbox: Mailbox, site: Site) -> None:
        for address in addresses:
            mailbox.blackwhitelist[address.format(domain=site.world.domain.name)] = kind

    return apply


def _long_list(mailbox: Mailbox, site: Site) -> None:
    for number in range(site.random.randrange(120, 260)):
        mailbox.blackwhitelist[f"contact{number}@{site.random.choice(PARTNERS)}"] = "W"


def _no_questions(mailbox: Mailbox, _site: Site) -> None:
    mailbox.secrets = {}


def _retired_question(mailbox: Mailbox, _site: Site) -> None:
    mailbox.secrets = {"tk1": "answer", "tk17": "answer"}


def _trial(first: int, last: int) -> Plant:
    def apply(mailbox: Mailbox, site: Site) -> None:
        days = site.random.randrange(first, last)
        mailbox.trial_type = site.random.choice(("premium", "activesync"))
        mailbox.trial_expiration = site.world.today + timedelta(days=days)

    return apply


def _plan_not_offered(mailbox: Mailbox, _site: Site) -> None:
    if mailbox.webmail is not None:
        mailbox.webmail.type = "starter"


def _plain_http(mailbox: Mailbox, _site: Site) -> None:
    mailbox.sitemail_urls = (("http://sitemail7.example", "7"), *mailbox.sitemail_urls[1:])


def _gone(mailbox: Mailbox, _site: Site) -> None:
    mailbox.gone = True


def _virtual(mailbox: Mailbox, _site: Site) -> None:
    mailbox.virtual = True


def _no_webmail(mailbox: Mailbox, _site: Site) -> None:
    mailbox.webmail = None


def _forward_away(*, keep: bool, hidden: bool = False) -> Plant:
    def apply(mailbox: Mailbox, site: Site) -> None:
        exchange = _of(mailbox)
        exchange.forwarding_smtp_address = f"smtp:{site.outside()}"
        exchange.deliver_to_mailbox_and_forward = keep
        exchange.hidden_from_address_lists_enabled = hidden

    return apply


def _with(**settings: object) -> Plant:
    def apply(mailbox: Mailbox, _site: Site) -> None:
        for name, value in settings.items():
            setattr(_of(mailbox), name, value)

    return apply


def _any_device(mailbox: Mailbox, _site: Site) -> None:
    exchange = _of(mailbox)
    exchange.active_sync_enabled = exchange.has_active_sync_device_partnership = True
    exchange.active_sync_allowed_device_ids = []
    exchange.active_sync_mailbox_policy = "Default"


def _unused_sync(mailbox: Mailbox, _site: Site) -> None:
    exchange = _of(mailbox)
    exchange.active_sync_enabled = True
    exchange.has_active_sync_device_partnership = False
    exchange.active_sync_mailbox_policy = "Company phones"


def _foreign_proxy(mailbox: Mailbox, _site: Site) -> None:
    _of(mailbox).proxy_addresses.append(f"{mailbox.username}@{PARTNERS[1]}")


def _of(mailbox: Mailbox) -> ExchangeMailbox:
    assert mailbox.exchange is not None
    return mailbox.exchange


# The findings by kind of mailbox, and their number per thousand mailboxes of the domain.
_REGULAR: tuple[tuple[float, Plant], ...] = (
    (14, _external_forward),
    (6, _free_mail_forward),
    (2, _look_alike_forward),
    (8, _dangling_forward),
    (2, _loop),
    (2, _chain),
    (6, _fan_out),
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
    (3, _gone),
    (3, _virtual),
    (4, _no_webmail),
)
_EXCHANGE: tuple[tuple[float, Plant], ...] = (
    (3, _forward_away(keep=False)),
    (4, _forward_away(keep=True)),
    (1, _forward_away(keep=True, hidden=True)),
    (8, _with(pop_enabled=True)),
    (8, _with(imap_enabled=True)),
    (6, _unused_sync),
    (5, _any_device),
    (4, _with(recipient_limits="unlimited")),
    (2, _with(max_send_size="unlimited")),
    (4, _foreign_proxy),
    (0, _with(display_name="<script>alert('hello')</script>")),
    (0, _with(display_name='=HYPERLINK("http://tailspin.example","Ana")')),
)
_RESOURCES: tuple[tuple[float, Plant], ...] = (
    (1, _with(owa_enabled=True)),
    (1, _with(require_sender_authentication_enabled=False)),
)
