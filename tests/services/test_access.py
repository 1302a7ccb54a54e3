"""Access: granted with the credits or not at all, told after the commit, ended in time, bought again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from flask_training_credits import AccessGrant, Item, Money, Refused, current_credits
from flask_training_credits.errors import Forbidden, HookFailed, NotFound
from flask_training_credits.testing import START, Clock, MemoryHooks, memory_hooks
from tests.support.access import ScriptedAccess, failing
from tests.support.host import db
from tests.support.shop import Shop, rows


@pytest.fixture
def hooks(request: pytest.FixtureRequest) -> MemoryHooks:
    """The host's side, in memory, with access that does what a test tells it to, here or in another system."""
    return memory_hooks(access=ScriptedAccess(joins_transaction="remote" not in request.fixturenames))


@pytest.fixture
def remote(access: ScriptedAccess) -> ScriptedAccess:
    """Access that lives in another system."""
    return access


# In our transaction


def test_a_grant_says_everything(shop: Shop, access: ScriptedAccess) -> None:
    """Who, what, how many, paid by whom with what money, from which order and code."""
    ada = shop.person()
    networking = shop.sell(access_days=30)
    account = shop.make.account(name="Acme")
    shop.make.lot(account.id, amount=100, order_reference="PO-1", paid=Money(2500000, "USD"))
    code = shop.make.credit_code(account.id, label="Team", tracking_id="T-1")

    order = shop.buy(ada, Item("networking", code=code.text))

    redemption = order.items[0]
    (grant,) = access.granted
    assert grant == AccessGrant(
        reference=grant.reference,
        order_id=order.id,
        redemption_id=redemption.id,
        user_id="ada",
        learner=ada,
        offering=networking,
        quantity=1,
        amount=Decimal("20.00"),
        value=Money(500000, "USD"),
        account_id=account.id,
        account_name="Acme",
        order_reference="PO-1",
        code_label="Team",
        tracking_id="T-1",
        decided_by=None,
        granted_at=START,
        expires_at=datetime(2026, 4, 15, tzinfo=UTC),
        receipt={},
    )
    assert grant.reference.isascii()
    assert 1 <= len(grant.reference) <= 40
    assert redemption.access_expires_at == grant.expires_at


@pytest.mark.databases("sqlite")
def test_what_the_hook_writes_is_committed_with_the_credits_or_not_at_all(
    app: Flask, shop: Shop, access: ScriptedAccess
) -> None:
    """The enrolment of the first item goes when the grant of the second fails; both stay when both work."""
    ada = shop.person()
    shop.sell("a")
    shop.sell("b")
    code = shop.make.credit_code()
    items = (Item("a", code=code.text), Item("b", code=code.text))
    with app.app_context(), current_credits.engine.begin() as connection:
        connection.execute(text("CREATE TABLE enrollments (offering_id VARCHAR(50))"))

    def enroll(grant: AccessGrant) -> None:
        db.session.execute(text("INSERT INTO enrollments VALUES (:id)"), {"id": grant.offering.id})
        if grant.offering.id == "b" and "break" in access.script:
            raise RuntimeError("the second seat is broken")

    def enrolled() -> list[str]:
        with app.app_context():
            return list(db.session.execute(text("SELECT offering_id FROM enrollments ORDER BY 1")).scalars())

    access.script.update(grant=enroll)
    access.script["break"] = failing
    before = rows(app)
    with pytest.raises(HookFailed):
        shop.buy(ada, *items, key="k")
    assert (enrolled(), rows(app)) == ([], before)

    del access.script["break"]
    shop.buy(ada, *items, key="k")
    assert enrolled() == ["a", "b"]
    assert shop.available(code.account_id) == Decimal(60)


def test_a_hook_that_refuses_rolls_the_order_back(app: Flask, shop: Shop, access: ScriptedAccess) -> None:
    """With the host's code and sentence; without a sentence a general one; a code of ours keeps its status."""
    ada = shop.person()
    shop.sell()
    code = shop.make.credit_code()
    before = rows(app)

    for refused, status, message in (
        (Refused("prerequisite_missing", "Take the basics first."), 422, "Take the basics first."),
        (Refused("tuesday"), 422, "This is not possible right now."),
        (Refused("sold_out", "The last seat went a moment ago."), 409, "The last seat went a moment ago."),
    ):
        access.error = refused
        with pytest.raises(Refused) as caught:
            shop.buy(ada, Item("networking", code=code.text), key="k")
        assert (caught.value.code, caught.value.status, caught.value.message) == (refused.code, status, message)
        assert rows(app) == before
    assert access.after_granted == []
    access.error = None
    assert shop.buy(ada, Item("networking", code=code.text), key="k").status == "completed"


def test_the_item_that_the_hook_refuses_is_named(shop: Shop, access: ScriptedAccess) -> None:
    """The problem of an order names its items by their place, whoever refused them."""
    ada = shop.person()
    shop.sell("a")
    shop.sell("b")
    code = shop.make.credit_code()

    def refuse_b(grant: AccessGrant) -> None:
        if grant.offering.id == "b":
            raise Refused("prerequisite_missing", "Take A first.")

    access.script["grant"] = refuse_b
    with pytest.raises(Refused) as refused:
        shop.buy(ada, Item("a", code=code.text), Item("b", code=code.text))

    assert refused.value.items == [{"index": 1, "code": "prerequisite_missing", "message": "Take A first."}]
    assert shop.kinds(code.account_id) == ["issue"]


def test_a_hook_that_commits_is_stopped(
    app: Flask, shop: Shop, access: ScriptedAccess, caplog: pytest.LogCaptureFixture
) -> None:
    """500 `hook_failed`, before it reaches the database; what had been written so far is undone."""
    ada = shop.person()
    shop.sell()
    code = shop.make.credit_code()
    before = rows(app)
    access.script["grant"] = lambda grant: db.session.commit()

    with pytest.raises(HookFailed) as failed:
        shop.buy(ada, Item("networking", code=code.text))

    assert (failed.value.status, failed.value.code) == (500, "hook_failed")
    assert rows(app) == before
    assert "inside a training credits transaction" in caplog.text
    assert access.after_granted == []


def test_details_of_a_failing_hook_go_to_the_log_only(
    shop: Shop, access: ScriptedAccess, caplog: pytest.LogCaptureFixture
) -> None:
    """The caller gets a sentence without them."""
    ada = shop.person()
    shop.sell()
    code = shop.make.credit_code()
    access.script["grant"] = failing

    with pytest.raises(HookFailed) as failed:
        shop.buy(ada, Item("networking", code=code.text))

    assert "this hook fails for ada" not in str(failed.value.message)
    assert "this hook fails for ada" in caplog.text
    assert access.after_granted == []


# After the commit


def test_after_grant_comes_after_the_commit_with_the_receipt(app: Flask, shop: Shop, access: ScriptedAccess) -> None:
    """Another connection sees the redemption already; the receipt is what `grant` returned."""
    ada = shop.person()
    shop.sell()
    code = shop.make.credit_code()
    access.receipt = {"seat": "12"}
    seen: list[Any] = []

    def look(grant: AccessGrant) -> None:
        with current_credits.engine.connect() as connection:
            query = text("SELECT state FROM training_credits_redemptions WHERE id = :id")
            seen.append(connection.execute(query, {"id": grant.redemption_id}).scalar_one())

    access.script["after_grant"] = look
    shop.buy(ada, Item("networking", code=code.text))

    assert seen == ["completed"]
    assert [grant.receipt for grant in access.granted] == [{}]
    assert [grant.receipt for grant in access.after_granted] == [{"seat": "12"}]
    assert [replace(grant, receipt={}) for grant in access.after_granted] == access.granted


def test_after_grant_is_retried_by_run_due_without_waiting(shop: Shop, access: ScriptedAccess, clock: Clock) -> None:
    """The order stands; the clock does not have to move; once done it is not done again."""
    ada, bob = shop.person("ada"), shop.person("bob")
    shop.sell()
    code = shop.make.credit_code()
    access.script["after_grant"] = lambda grant: failing(grant) if grant.user_id == "ada" else None

    shop.buy(ada, Item("networking", code=code.text))
    shop.buy(bob, Item("networking", code=code.text))
    assert [grant.user_id for grant in access.after_granted] == ["bob"]

    assert shop.credits.jobs.run_due()["failed"] == 1
    access.script.clear()
    assert shop.credits.jobs.run_due() == {
        "accounts_settled": 0,
        "access_ended": 0,
        "handed_on": 1,
        "failed": 0,
        "keys_forgotten": 0,
    }
    assert shop.credits.jobs.run_due()["handed_on"] == 0
    assert [grant.user_id for grant in access.after_granted] == ["bob", "ada"]
    assert shop.available(code.account_id) == Decimal(60)


def test_after_grant_may_commit(app: Flask, shop: Shop, access: ScriptedAccess) -> None:
    """It runs outside our transaction."""
    ada = shop.person()
    shop.sell()
    code = shop.make.credit_code()
    access.script["after_grant"] = lambda grant: db.session.commit()

    assert shop.buy(ada, Item("networking", code=code.text)).status == "completed"
    assert len(access.after_granted) == 1


# Access in another system


def test_remote_access_is_granted_after_the_commit(shop: Shop, remote: ScriptedAccess, app: Flask) -> None:
    """`fulfilling` inside the order, `completed` once the other system has said yes; a receipt is kept."""
    ada = shop.person()
    shop.sell()
    code = shop.make.credit_code()
    remote.receipt = {"seat": "12"}
    states: list[str] = []

    def look(grant: AccessGrant) -> None:
        states.append(current_credits.redemptions.get(grant.redemption_id, viewer=None).state)

    remote.script.update(grant=look, after_grant=look)
    order = shop.buy(ada, Item("networking", code=code.text))

    assert states == ["fulfilling", "completed"]
    assert order.status == "completed"
    redemption = shop.credits.redemptions.get(order.items[0].id, viewer=ada)
    assert redemption.state == "completed"
    assert [grant.receipt for grant in remote.after_granted] == [{"seat": "12"}]


def test_remote_access_that_fails_stays_fulfilling_until_a_retry(shop: Shop, remote: ScriptedAccess) -> None:
    """The credits are spent, the slot is kept; `run-due` tries again at once; granted exactly once in the end."""
    ada = shop.person()
    shop.sell()
    code = shop.make.credit_code()
    remote.script["grant"] = failing

    order = shop.buy(ada, Item("networking", code=code.text))
    redemption_id = order.items[0].id
    assert (order.status, order.items[0].state) == ("completed", "fulfilling")
    assert shop.available(code.account_id) == Decimal(80)
    assert shop.refusal(ada, Item("networking", code=code.text)).details == {"redemption_id": redemption_id}
    assert shop.credits.jobs.run_due()["failed"] == 1
    assert shop.credits.redemptions.get(redemption_id, viewer=ada).state == "fulfilling"

    remote.script.clear()
    shop.credits.jobs.run_due()
    shop.credits.jobs.run_due()
    assert shop.credits.redemptions.get(redemption_id, viewer=ada).state == "completed"
    assert (len(remote.granted), len(remote.after_granted)) == (1, 1)
    assert remote.granted[0].reference == remote.after_granted[0].reference


def test_staff_retry_a_grant_now(shop: Shop, remote: ScriptedAccess, make_app: Any, hooks: MemoryHooks) -> None:
    """Only staff; while it fails it stays fulfilling; what is resolved is 409 `already_resolved`."""
    ada = shop.person()
    shop.sell()
    code = shop.make.credit_code()
    remote.script["grant"] = failing
    redemption_id = shop.buy(ada, Item("networking", code=code.text)).items[0].id

    with pytest.raises(Forbidden):
        shop.credits.redemptions.retry(redemption_id, actor=ada, key="r0")
    with pytest.raises(NotFound):
        shop.credits.redemptions.retry("red_nothing", actor="cli", key="r1")
    assert shop.credits.redemptions.retry(redemption_id, actor="cli", key="r2").state == "fulfilling"
    remote.script.clear()
    assert shop.credits.redemptions.retry(redemption_id, actor="cli", key="r3").state == "completed"
    with pytest.raises(Refused) as refused:
        shop.credits.redemptions.retry(redemption_id, actor="cli", key="r4")
    assert (refused.value.code, refused.value.status) == ("already_resolved", 409)
    assert len(remote.granted) == 1


def test_a_remote_refusal_gives_everything_back(shop: Shop, remote: ScriptedAccess) -> None:
    """Credits to the lot that paid, value and use to the code, the slot to the learner; the reason is the host's."""
    ada = shop.person()
    shop.sell()
    lot = shop.make.lot(amount=100)
    code = shop.make.credit_code(lot.account_id, value=Decimal(50), per_learner=1)
    remote.error = Refused("prerequisite_missing", "Take the basics first.")

    order = shop.buy(ada, Item("networking", code=code.text))

    redemption = shop.credits.redemptions.get(order.items[0].id, viewer=ada)
    assert (redemption.state, redemption.refunded, redemption.reason) == (
        "cancelled",
        Decimal(20),
        "Take the basics first.",
    )
    assert shop.credits.orders.get(order.id, viewer=ada).status == "cancelled"
    assert (shop.lot(lot.id).available, shop.lot(lot.id).spent) == (100, 0)
    assert shop.kinds(lot.account_id) == ["issue", "spend", "refund"]
    assert (shop.code(code).used, shop.code(code).uses) == (0, 0)
    assert remote.after_granted == []
    remote.error = None
    assert shop.buy(ada, Item("networking", code=code.text)).items[0].id != redemption.id
    assert shop.available(lot.account_id) == Decimal(80)


def test_a_remote_refusal_gives_a_grace_lot_where_the_paying_lot_ends_soon(
    shop: Shop, remote: ScriptedAccess, clock: Clock
) -> None:
    """Credits that end within 30 days come back for 30 days."""
    ada = shop.person()
    shop.sell()
    lot = shop.make.lot(amount=100, expires_on=date(2026, 4, 1))
    code = shop.make.credit_code(lot.account_id)
    remote.error = Refused("prerequisite_missing")

    shop.buy(ada, Item("networking", code=code.text))

    grace = next(one for one in shop.credits.lots.list(lot.account_id, viewer=None).items if one.id != lot.id)
    assert (grace.amount, grace.available, grace.expires_at) == (20, 20, START + timedelta(days=30))
    assert (shop.lot(lot.id).available, shop.lot(lot.id).moved, shop.lot(lot.id).spent) == (80, 20, 0)
    assert shop.available(lot.account_id) == Decimal(100)


def test_a_remote_refusal_reserves_again_for_a_reserved_code(shop: Shop, remote: ScriptedAccess) -> None:
    """The code pays again; the account does not get credits that were promised to it."""
    ada = shop.person()
    shop.sell()
    lot = shop.make.lot(amount=100)
    code = shop.make.credit_code(lot.account_id, value=Decimal(20), funding="reserved")
    remote.error = Refused("prerequisite_missing")

    shop.buy(ada, Item("networking", code=code.text))

    account = shop.credits.accounts.get(lot.account_id, viewer=None)
    assert (account.available, account.held) == (80, 20)
    remote.error = None
    again = shop.buy(ada, Item("networking", code=code.text)).items[0]
    assert shop.credits.redemptions.get(again.id, viewer=ada).state == "completed"
    account = shop.credits.accounts.get(lot.account_id, viewer=None)
    assert (account.available, account.held) == (80, 0)


# The end of access


@pytest.mark.databases("sqlite")
def test_access_ends_at_the_earliest_of_all_its_ends(shop: Shop) -> None:
    """The offering's days or date, the code's days, the code's end where it says so; else never."""
    ada = shop.person()
    code_end = START + timedelta(days=10)

    def ends(offering_fields: dict[str, Any], **limits: Any) -> datetime | None:
        shop.sell("x", 1, **offering_fields)
        code = shop.make.credit_code(**limits)
        found: datetime | None = shop.buy(ada, Item("x", code=code.text)).items[0].access_expires_at
        shop.hooks.clock.advance(days=1000)
        shop.credits.jobs.run_due()
        shop.hooks.clock.set(START)
        return found

    day = {"access_days": 30}
    assert ends(day) == datetime(2026, 4, 15, tzinfo=UTC)
    assert ends(day, access_days=5) == datetime(2026, 3, 21, tzinfo=UTC)
    assert ends(day | {"access_until": START + timedelta(days=3)}, access_days=5) == START + timedelta(days=3)
    assert ends(day, expires_at=code_end) == datetime(2026, 4, 15, tzinfo=UTC)
    assert ends(day, expires_at=code_end, access_ends_with_code=True) == code_end
    assert ends({}, expires_at=code_end, access_ends_with_code=True) == code_end
    assert ends({}, expires_at=code_end) is None


def test_under_the_attended_rule_access_ends_with_the_paying_lots(shop: Shop) -> None:
    """With the first of those that paid."""
    ada = shop.person()
    shop.sell("course", 60)
    account = shop.make.account(credit_type=shop.make.credit_type(deadline="attended").key)
    shop.make.lot(account.id, amount=50, expires_on=date(2026, 6, 30))
    shop.make.lot(account.id, amount=50)
    code = shop.make.credit_code(account.id)

    order = shop.buy(ada, Item("course", code=code.text))

    assert order.items[0].access_expires_at == datetime(2026, 7, 1, tzinfo=UTC)


def test_access_is_revoked_when_it_ends_and_can_be_bought_again(
    shop: Shop, access: ScriptedAccess, clock: Clock
) -> None:
    """Not a moment before; once; the receipt is told; then the learner pays anew."""
    ada = shop.person()
    shop.sell(access_days=30)
    code = shop.make.credit_code()
    access.receipt = {"seat": "12"}
    first = shop.buy(ada, Item("networking", code=code.text)).items[0]
    end = datetime(2026, 4, 15, tzinfo=UTC)

    clock.set(end - timedelta(microseconds=1))
    assert shop.credits.jobs.run_due()["access_ended"] == 0
    assert shop.credits.redemptions.find("ada", "networking").id == first.id
    clock.set(end)
    assert shop.credits.redemptions.find("ada", "networking") is None
    assert shop.credits.jobs.run_due()["access_ended"] == 1
    assert shop.credits.jobs.run_due()["access_ended"] == 0

    assert [(grant.redemption_id, reason, grant.receipt) for grant, reason in access.revoked] == [
        (first.id, "access_ended", {"seat": "12"})
    ]
    assert [(grant.redemption_id, reason) for grant, reason in access.after_revoked] == [(first.id, "access_ended")]
    assert shop.credits.redemptions.get(first.id, viewer=ada).state == "completed"
    assert shop.available(code.account_id) == Decimal(80)
    second = shop.buy(ada, Item("networking", code=code.text)).items[0]
    assert second.id != first.id
    assert shop.available(code.account_id) == Decimal(60)


def test_it_can_be_bought_again_before_any_job_has_run(shop: Shop, access: ScriptedAccess, clock: Clock) -> None:
    """The old access is revoked first, then the new one granted."""
    ada = shop.person()
    shop.sell(access_days=30)
    code = shop.make.credit_code()
    calls: list[str] = []
    access.script.update(
        grant=lambda grant: calls.append(f"grant {grant.redemption_id}"),
        revoke=lambda grant: calls.append(f"revoke {grant.redemption_id}"),
    )
    first = shop.buy(ada, Item("networking", code=code.text)).items[0]
    clock.advance(days=60)

    assert shop.refusal(ada, Item("networking", code=code.text)) is None
    second = shop.buy(ada, Item("networking", code=code.text)).items[0]

    assert calls == [f"grant {first.id}", f"revoke {first.id}", f"grant {second.id}"]
    assert shop.credits.jobs.run_due()["access_ended"] == 0


def test_one_failing_revoke_does_not_keep_others(shop: Shop, access: ScriptedAccess, clock: Clock) -> None:
    """It is tried again at the next run; its learner keeps the slot until then."""
    shop.sell(access_days=30)
    code = shop.make.credit_code()
    for user_id in ("ada", "bob"):
        shop.buy(shop.person(user_id), Item("networking", code=code.text))
    clock.advance(days=60)
    access.script["revoke"] = lambda grant: failing(grant) if grant.user_id == "ada" else None

    assert shop.credits.jobs.run_due()["access_ended"] == 1
    assert [grant.user_id for grant, _ in access.revoked] == ["bob"]
    access.script.clear()
    assert shop.credits.jobs.run_due()["access_ended"] == 1
    assert [grant.user_id for grant, _ in access.revoked] == ["bob", "ada"]


def test_access_of_somebody_who_is_gone_is_revoked_all_the_same(
    shop: Shop, access: ScriptedAccess, clock: Clock
) -> None:
    """The learner is then a former user."""
    shop.sell(access_days=30)
    code = shop.make.credit_code()
    shop.buy(shop.person("ada"), Item("networking", code=code.text))
    shop.hooks.users.remove("ada")
    clock.advance(days=60)

    shop.credits.jobs.run_due()

    ((grant, _),) = access.revoked
    assert (grant.user_id, grant.learner.name, grant.learner.email) == ("ada", "former user", None)


def test_remote_access_is_revoked_from_the_outbox(shop: Shop, remote: ScriptedAccess, clock: Clock) -> None:
    """A system that is away is asked again; the slot is free at once."""
    ada = shop.person()
    shop.sell(access_days=30)
    code = shop.make.credit_code()
    shop.buy(ada, Item("networking", code=code.text))
    clock.advance(days=60)
    remote.script["revoke"] = failing

    assert shop.credits.jobs.run_due()["access_ended"] == 1
    assert remote.revoked == []
    remote.script.clear()
    shop.credits.jobs.run_due()
    assert [grant.user_id for grant, _ in remote.revoked] == ["ada"]


def test_a_crash_in_giving_back_what_a_remote_system_refused_leaves_all_of_it_to_do(
    shop: Shop, remote: ScriptedAccess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The refund and the end of the outbox row are one: a later run finds neither done, or both."""

    def refuse(grant: AccessGrant) -> None:
        raise Refused("full", "The other system is full.")

    def crash(*args: object) -> None:
        raise RuntimeError("the process ends here")

    ada = shop.person()
    shop.sell()
    code = shop.make.credit_code()
    remote.script["grant"] = refuse
    with monkeypatch.context() as patch:
        patch.setattr("flask_training_credits.services.dispatching.Dispatcher._close", crash)
        redemption_id = shop.buy(ada, Item("networking", code=code.text)).items[0].id
    assert shop.credits.redemptions.get(redemption_id, viewer=None).state == "fulfilling"
    assert shop.available(code.account_id) == Decimal("80.00")

    shop.credits.jobs.run_due()
    assert shop.credits.redemptions.get(redemption_id, viewer=None).state == "cancelled"
    assert shop.available(code.account_id) == Decimal("100.00")
    remote.script.clear()
    assert shop.credits.jobs.run_due()["handed_on"] == 0
    assert remote.granted == []


def test_a_pending_grant_of_what_was_given_back_is_not_asked_for(
    app: Flask, shop: Shop, remote: ScriptedAccess
) -> None:
    """Should the row be open still, the redemption's state decides."""
    ada = shop.person()
    shop.sell()
    code = shop.make.credit_code()
    remote.script["grant"] = failing
    order = shop.buy(ada, Item("networking", code=code.text))
    with app.app_context():
        given_back = text("UPDATE training_credits_redemptions SET state = 'cancelled', slot = NULL WHERE id = :id")
        db.session.execute(given_back, {"id": order.items[0].id})
        db.session.commit()

    remote.script.clear()
    assert shop.credits.jobs.run_due()["handed_on"] == 1
    assert remote.granted == []
    with app.app_context():
        undone = text("UPDATE training_credits_redemptions SET state = 'fulfilling' WHERE id = :id")
        db.session.execute(undone, {"id": order.items[0].id})
        db.session.commit()


def test_what_waits_for_its_grant_past_the_end_of_its_access_is_still_had(
    shop: Shop, remote: ScriptedAccess, clock: Clock
) -> None:
    """Buying again would spend twice on what may still come."""
    ada = shop.person()
    shop.sell(access_days=1)
    code = shop.make.credit_code()
    remote.script["grant"] = failing
    first = shop.buy(ada, Item("networking", code=code.text))
    clock.advance(days=3)

    with pytest.raises(Refused) as refused:
        shop.buy(ada, Item("networking", code=code.text))

    assert (refused.value.code, refused.value.extra["redemption_id"]) == ("already_enrolled", first.items[0].id)
