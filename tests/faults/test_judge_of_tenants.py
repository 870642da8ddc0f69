"""What the judge finds where a second tenant misbehaves: B and two are its campaign and carrier, its URL is broken."""

from dataclasses import replace
from typing import Any

import pytest

from tests.builders import HANOI
from tests.faults.evidence import Evidence, Hoard, Listing, TenantRow
from tests.faults.judge import Promise, checks
from tests.faults.planted import START, broken, clean, texts, with_call, with_rows
from tests.faults.seen import Seen

BROKEN = "http://crm/broken"


def two_tenants(*, capped: int = 4, url: str = BROKEN) -> Evidence:
    """Return the clean run with campaign B as the second tenant's, whose CDR goes to this URL and is not taken."""
    evidence = clean()
    rows = evidence.rows
    theirs = replace(rows.deliveries["id b1-1"], url=url, state="pending")
    return replace(
        with_rows(
            evidence,
            tenants={**rows.tenants, "U": TenantRow(id="U", timezone=HANOI, settings={"concurrent_call": capped})},
            campaigns={**rows.campaigns, "B": replace(rows.campaigns["B"], tenant="U")},
            carriers={**rows.carriers, "two": replace(rows.carriers["two"], tenant="U")},
            deliveries={**rows.deliveries, "id b1-1": theirs},
        ),
        received=tuple(one for one in evidence.received if one.call != "b1-1"),
        broken_url=BROKEN,
    )


def hoard(stored: int) -> Hoard:
    return Hoard(tenant="U", what="subscriptions", asked=51, stored=stored, cap=50)


@pytest.mark.parametrize("url", [BROKEN, f"{BROKEN}?n=7"])
def test_nobody_expects_a_cdr_at_a_url_that_takes_nothing(url: str) -> None:
    assert broken(two_tenants(url=url)) == []


@pytest.mark.parametrize("call", ["a1-1", "a1-2"])
def test_a_cdr_of_a_good_url_that_never_came_is_found_beside_a_broken_one(call: str) -> None:
    evidence = two_tenants()
    starved = replace(evidence, received=tuple(one for one in evidence.received if one.call != call))

    assert broken(starved) == [Promise.CDR_RECEIVED]


def test_a_cdr_of_the_second_tenants_good_url_that_never_came_is_found() -> None:
    assert broken(two_tenants(url="http://crm/unsigned")) == [Promise.CDR_RECEIVED]


def test_a_cdr_that_is_in_no_outbox_is_found_whatever_its_url_takes() -> None:
    evidence = two_tenants()
    kept = {id_: row for id_, row in evidence.rows.deliveries.items() if row.call != "b1-1"}

    assert broken(with_rows(evidence, deliveries=kept)) == [Promise.CDR_IN_OUTBOX, Promise.CDR_RECEIVED]


def test_each_tenant_has_a_cap_of_its_own() -> None:
    together = with_call(two_tenants(), "b1-2", at=5)

    assert broken(together) == []
    assert broken(with_call(two_tenants(capped=0), "b1-2", at=5)) == [Promise.TENANT_LIMIT]


def test_a_number_that_one_tenant_barred_may_be_dialled_by_the_other() -> None:
    listing = Listing(tenant="T", phone="0911000001", answered_at=START - 50)

    assert broken(replace(two_tenants(), listings=(listing,))) == []
    assert broken(replace(two_tenants(), listings=(replace(listing, tenant="U"),))) == [Promise.DO_NOT_CALL]


def test_a_dial_over_the_other_tenants_carrier_is_found() -> None:
    evidence = two_tenants()
    stolen = tuple(_over(line, "gateway-one") if line.call == "b1-1" else line for line in evidence.lines)

    assert "dialled although: the campaign has another carrier" in texts(replace(evidence, lines=stolen))


def test_a_tenant_with_more_than_its_cap_is_found() -> None:
    held = replace(two_tenants(), hoards=(hoard(50),))

    assert broken(held) == []
    assert checks(held)[Promise.CAPS] == 51
    assert broken(replace(held, hoards=(hoard(51),))) == [Promise.CAPS]


def _over(line: Seen, gateway: str, **changed: Any) -> Seen:
    return replace(line, gateway=gateway, **changed)
