"""What was made once is shown until something happens on the node."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import RequestFactory

from hexi.kernel.actors import NODE
from hexi.registry.events import actions as events
from hexi.web.keeping import kept
from tests.nodes import NOON


@pytest.mark.django_db(transaction=True)
def test_what_was_made_is_shown_until_something_happens() -> None:
    request, made = RequestFactory().get("/kept/"), iter(range(9))

    def happen() -> None:
        with transaction.atomic():
            events.record(by=NODE, verb="node.init", object="node:x", details={}, now=NOON)

    def show(asked=request) -> int:
        return kept(asked, lambda: next(made))

    assert (show(), show()) == (0, 0)
    happen()
    assert (show(), show()) == (1, 1)
    assert show(RequestFactory().get("/kept/?other")) == 2
    with transaction.atomic():
        assert (show(), show()) == (3, 4)
