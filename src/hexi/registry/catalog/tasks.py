"""What the catalogue does of its own accord: publishes what waits in the queue."""

from __future__ import annotations

from hexi.data.contracts.reading import read_contract
from hexi.kernel.actors import Actor
from hexi.kernel.errors import HexiError
from hexi.kernel.time import Clock
from hexi.registry.catalog import actions, scheduling
from hexi.registry.runs import actions as runs


def work(*, clock: Clock) -> bool:
    """Publish the run that has been due longest; return whether there was one.

    Whoever queued it acts, with the authority they have now. What goes wrong is told by the run's
    record, so that one bad source does not stop the worker.
    """
    runs.recover(now=clock())
    runs.enqueue_due(scheduling.standing_contract, now=clock())
    taken = runs.claim(now=clock())
    if taken is None:
        return False
    by = Actor(account=taken.account)
    try:
        contract = read_contract(taken.contract_file)
    except HexiError as error:
        watch = runs.begin(taken.dataset, by=by, clock=clock, watcher=None, taken=taken)
        watch.end()
        runs.fail(watch, error, by=by, now=clock())
        return True
    try:
        actions.publish(contract, source=taken.source_file, by=by, clock=clock, taken=taken)
    except HexiError:
        # The run's record says it; a bug is not swallowed.
        return True
    return True
