"""The use cases of training credits: ids in, frozen results out."""

from __future__ import annotations

from typing import Any

from ..codes import CodeTexts
from ..config import Settings
from .accounts import Accounts
from .asking import Host
from .attempts import Attempts
from .checkout import Checkout
from .code_use import CodeUse
from .codes import OwnerCodes
from .core import Core
from .credit_types import CreditTypes
from .dispatching import Dispatcher
from .ending import Ending
from .idempotency import IdempotencyKeys
from .issuing import CodeIssue
from .jobs import Jobs
from .judging import Judge
from .ledger import Ledger
from .lots import Lots
from .ordering import Ordering
from .people import People
from .redemptions import Orders, Redemptions
from .sources import Sources
from .store import Store
from .tokens import QuoteTokens
from .unit import Units


class Codes(CodeIssue, OwnerCodes, CodeUse):
    """Codes, for the owners who issue them and the learners who use them."""

    def __init__(self, core: Core, sources: Sources, checkout: Checkout) -> None:
        CodeUse.__init__(self, core, sources, checkout)


class Services:
    """The use cases of one app, wired."""

    def __init__(self, *, settings: Settings, hooks: Any, store: Store, sender: object = None) -> None:
        host, units = Host(hooks), Units(store)
        core = Core(
            settings=settings,
            store=store,
            units=units,
            host=host,
            people=People(store, host),
            keys=IdempotencyKeys(store, units, hooks.clock),
            texts=CodeTexts(settings.signing_keys),
            attempts=Attempts(settings.code_attempts, settings.rate_limit_storage),
            clock=hooks.clock,
        )
        self.settings = settings
        self.hooks = hooks
        self.store = store
        self.host = host
        self.texts = core.texts
        self.idempotency = core.keys
        tokens, sources = QuoteTokens(settings.signing_keys, settings.quote_minutes), Sources(core)
        judge = Judge(core, sources, tokens)
        self.credit_types = CreditTypes(core)
        self.accounts = Accounts(core)
        self.lots = Lots(core, self.accounts)
        self.redemptions = Redemptions(core)
        self.orders = Orders(core)
        ending = Ending(core, self.redemptions)
        ordering = Ordering(core, ending)
        self.checkout = Checkout(core, judge, tokens, ordering, orders=self.orders, types=self.credit_types)
        self.codes = Codes(core, sources, self.checkout)
        self.ledger = Ledger(core)
        dispatcher = Dispatcher(core, self.redemptions, sender)
        units.hand_on = dispatcher.hand_on
        self.redemptions.retry_grant = dispatcher.retry
        self.jobs = Jobs(core, ending, dispatcher)
