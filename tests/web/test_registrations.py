"""The register through the portal: what a browser sends and what it gets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from hexi.kernel.actors import NODE, Actor
from hexi.registry.accounts import people
from hexi.registry.catalog import queries as catalog
from hexi.registry.catalog.actions import withdraw
from hexi.registry.registrations import actions
from tests.nodes import NOON, Node, contract, field, node_in

PASSWORD = "a caravan of salt"
FAST = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SHOPS = "test.shops"
SCRIPT = "<script>alert(1)</script>"
LI, WANG = Actor(account="li"), Actor(account="wang")
NOTICE = timedelta(days=20)
SignIn = Callable[[str], Client]


@pytest.fixture
def own(db: None, tmp_path: Path) -> Iterator[Node]:
    cache.clear()
    # Longer ago than a notice takes, so that the portal's own clock is after it.
    with override_settings(PASSWORD_HASHERS=FAST), node_in(tmp_path, since=NOON - timedelta(days=300)) as node:
        node.publish(contract(SHOPS, field("code", "编号"), zh="商店", en="Shops"), "code\n1\n")
        publisher = catalog.dataset(SHOPS).summary.publisher_id
        for name, *roles in (("qian",), ("li", ("officer", publisher)), ("wang", ("approver", publisher))):
            people.accept(people.invite(name, roles=roles, by=NODE, now=node.clock()), PASSWORD, now=node.clock())
        yield node


@pytest.fixture
def sign_in(own: Node) -> SignIn:
    def signed(name: str) -> Client:
        client = Client()
        client.post("/accounts/login/", {"login": name, "password": PASSWORD})
        return client

    return signed


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_from_the_datasets_page_to_the_public_register(own: Node, sign_in: SignIn) -> None:
    officer, approver, clerk, stranger = sign_in("li"), sign_in("wang"), sign_in("qian"), Client()
    assert f"/en/datasets/{SHOPS}/register/" in text_of(officer, f"/en/datasets/{SHOPS}/")
    assert f"/en/datasets/{SHOPS}/register/" not in text_of(clerk, f"/en/datasets/{SHOPS}/")
    assert catalog.dataset(SHOPS).summary.certificate_sha256 in text_of(officer, f"/en/datasets/{SHOPS}/register/")

    page = officer.post(f"/en/datasets/{SHOPS}/register/", {"kind": "first", "reason": SCRIPT}).headers["Location"]

    assert SCRIPT not in text_of(officer, page)
    assert "Put in public notice" not in text_of(officer, page)
    assert page in text_of(approver, "/en/registrations/waiting/")
    assert page in text_of(approver, "/en/desk/")
    assert page not in text_of(clerk, "/en/desk/")
    assert "Put in public notice" in text_of(approver, page)
    assert approver.post(page, {"do": "notice"}).status_code == 302
    assert "In public notice" in text_of(stranger, page)
    assert "Sign in to object" in text_of(stranger, page)
    assert "in public notice" in text_of(stranger, f"/en/datasets/{SHOPS}/")
    assert clerk.post(page, {"do": "object", "text": SCRIPT}).status_code == 302
    assert "Your answer; everybody can read it" in text_of(officer, page)
    assert "waits for an answer" in text_of(clerk, page)
    assert SCRIPT not in text_of(clerk, page)
    assert "&lt;script&gt;" in text_of(officer, page)
    assert approver.post(page, {"do": "register"}).status_code == 409


def test_who_has_no_part_in_it_sees_nothing_before_the_notice(own: Node, sign_in: SignIn) -> None:
    made = actions.apply(SHOPS, by=LI, now=own.clock())
    page = f"/en/registrations/{made}/"

    for client in (sign_in("qian"), Client()):
        there, nothing = client.get(page), client.get("/en/registrations/nothing/")
        assert (there.status_code, nothing.status_code) == (404, 404)
        shown = [each.content.decode().replace(made, "nothing").partition("<main")[2] for each in (there, nothing)]
        assert shown[0] == shown[1]
        assert "Shops" not in text_of(client, "/en/registrations/")
    assert sign_in("li").get(page).status_code == 200


def test_the_officer_applies_and_the_approver_decides(own: Node, sign_in: SignIn) -> None:
    assert sign_in("qian").get(f"/datasets/{SHOPS}/register/").status_code == 403
    assert sign_in("qian").post(f"/datasets/{SHOPS}/register/", {"kind": "first"}).status_code == 403
    assert Client().get(f"/datasets/{SHOPS}/register/").headers["Location"].startswith("/accounts/login/")
    made = actions.apply(SHOPS, by=LI, now=own.clock())
    page = f"/registrations/{made}/"

    assert sign_in("li").post(page, {"do": "notice"}).status_code == 403
    assert sign_in("li").get("/registrations/waiting/").status_code == 403
    answer = sign_in("wang").post(page, {"do": "return", "text": " "})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()
    assert sign_in("wang").post(page, {"do": "return", "text": "no contact"}).status_code == 302
    assert "no contact" in text_of(sign_in("li"), page)


def test_a_registration_is_found_by_its_code_and_stands_on_the_dataset(own: Node, sign_in: SignIn) -> None:
    made = actions.apply(SHOPS, by=LI, now=own.clock())
    actions.open_notice(made, by=WANG, now=own.clock())
    code = actions.register(made, by=WANG, now=own.clock() + NOTICE)

    assert code in text_of(Client(), f"/en/datasets/{SHOPS}/")
    assert f"/en/registrations/{made}/" in text_of(Client(), f"/en/registrations/?q={code}&state=registered")
    assert "Nothing in the register" in text_of(Client(), "/en/registrations/?q=nothing")
    assert Client().get("/registrations/?state=nothing&page=x").status_code == 200
    page = text_of(Client(), f"/en/registrations/{made}/")
    assert code in page
    assert f"/registrations/{made}/certificate.json" in page
    assert Client().get(f"/registrations/{made}/certificate.json").json()["payloadType"]
    assert Client().get("/registrations/nothing/certificate.json").status_code == 404
    assert "li · " not in page
    assert "· li" not in page
    assert "· li" in text_of(sign_in("wang"), f"/en/registrations/{made}/")
    for kind, reason, status in (("change", "x", 409), ("cancellation", "", 400), ("cancellation", "closed", 302)):
        said = {"kind": kind, "reason": reason}
        assert sign_in("li").post(f"/en/datasets/{SHOPS}/register/", said).status_code == status


def test_the_lists_take_as_many_questions_for_many_as_for_one(own: Node, sign_in: SignIn) -> None:
    client, counts = sign_in("wang"), []
    for number in range(4):
        name = f"test.shops{number}"
        own.publish(contract(name, field("code", "编号"), zh="商店", en="Shops"), "code\n1\n")
        actions.open_notice(actions.apply(name, by=LI, now=own.clock()), by=WANG, now=own.clock())
        asked = []
        for address in ("/registrations/", "/registrations/waiting/"):
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert text_of(client, address).count("商店") == number + 1
            asked.append(len(queries))
        counts.append(asked)

    assert counts[1] == counts[3]


@pytest.mark.parametrize("is_withdrawn", [False, True])
def test_a_registered_dataset_that_left_the_catalogue_says_so(own: Node, is_withdrawn: bool) -> None:
    made = actions.apply(SHOPS, by=LI, now=own.clock())
    actions.open_notice(made, by=WANG, now=own.clock())
    actions.register(made, by=WANG, now=own.clock() + NOTICE)
    if is_withdrawn:
        withdraw(SHOPS, because="closed", by=NODE, clock=own.clock)

    for address in ("/en/registrations/", f"/en/registrations/{made}/"):
        assert ("withdrawn from the catalogue" in text_of(Client(), address)) is is_withdrawn
    page = text_of(Client(), f"/en/registrations/{made}/")
    assert (f"/en/datasets/{SHOPS}/" in page) is not is_withdrawn


def test_the_registration_of_a_withdrawn_dataset_is_cancelled_in_the_browser(own: Node, sign_in: SignIn) -> None:
    made = actions.apply(SHOPS, by=LI, now=own.clock())
    actions.open_notice(made, by=WANG, now=own.clock())
    code = actions.register(made, by=WANG, now=own.clock() + NOTICE)
    withdraw(SHOPS, because="closed", by=NODE, clock=own.clock)
    officer, address, page = sign_in("li"), f"/en/datasets/{SHOPS}/register/", f"/en/registrations/{made}/"

    assert address in text_of(officer, page)
    assert address not in text_of(sign_in("qian"), page)
    said = text_of(officer, address)
    assert code in said
    assert 'value="cancellation"' in said
    assert 'value="change"' not in said
    assert f'href="/en/datasets/{SHOPS}/"' not in said
    assert "只能注销登记" in text_of(officer, address.removeprefix("/en"))
    for stranger in (sign_in("qian"), Client()):
        assert stranger.get(address).status_code == 404
        assert stranger.post(address, {"kind": "cancellation", "reason": "x"}).status_code == 404
    assert officer.post(address, {"kind": "cancellation", "reason": ""}).status_code == 400
    assert officer.post(address, {"kind": "change", "reason": "x"}).status_code == 404
    sent = officer.post(address, {"kind": "cancellation", "reason": "closed"})
    assert sent.headers["Location"] == page
    assert address not in text_of(officer, page)
    actions.open_notice(made, by=WANG, now=own.clock() + 2 * NOTICE)
    actions.register(made, by=WANG, now=own.clock() + 4 * NOTICE)
    assert "Cancelled" in text_of(Client(), page) or "cancelled" in text_of(Client(), page)
    assert address not in text_of(officer, page)
    assert officer.get(address).status_code == 404


def test_a_registration_of_long_ago_has_expired_everywhere(own: Node) -> None:
    made = actions.apply(SHOPS, by=LI, now=own.clock())
    actions.open_notice(made, by=WANG, now=own.clock())
    with override_settings(HEXI_REGISTRATION_YEARS=0):
        actions.register(made, by=WANG, now=own.clock() + NOTICE)

    for address in (f"/en/datasets/{SHOPS}/", f"/en/registrations/{made}/", "/en/registrations/?state=expired"):
        assert ">expired" in text_of(Client(), address)
    assert made not in text_of(Client(), "/en/registrations/?state=registered")


def test_what_runs_out_is_said_on_its_page_and_on_the_officers_desk(own: Node, sign_in: SignIn) -> None:
    made = actions.apply(SHOPS, by=LI, now=own.clock())
    actions.open_notice(made, by=WANG, now=own.clock())
    page, officer, renew = f"/en/registrations/{made}/", sign_in("li"), f"/en/datasets/{SHOPS}/register/?kind=change"
    with override_settings(HEXI_REGISTRATION_YEARS=1):
        actions.register(made, by=WANG, now=own.clock() + NOTICE)
    assert "runs out" not in text_of(officer, page) + text_of(officer, "/en/desk/")

    with override_settings(HEXI_RENEWAL_DAYS=999):
        assert "working days from today" in text_of(Client(), page)
        assert renew not in text_of(Client(), page)
        assert renew in text_of(officer, page)
        assert "Registrations that run out" in text_of(officer, "/en/desk/")
        assert "Registrations that run out" not in text_of(sign_in("qian"), "/en/desk/")
    assert 'value="change" required checked' in text_of(officer, renew)
