"""`hexi demo`: the real data of Gansu, from raw files to certified tables."""

from __future__ import annotations

from hexi.cli import node
from hexi.cli.commands.packs import install_pack
from hexi.cli.commands.status import show_datasets
from hexi.cli.commands.verify import _newest, show
from hexi.cli.speech import _, out
from hexi.cli.words import command

PACKS = ("enterprises-sample", "plan-2015", "gansu")
"""The real data last: what is newest stands first in the portal."""
VERIFIED = "gansu.airports"


@command()
def demo() -> None:
    """Make a node if there is none, install the packs that come with Hexi, and verify one dataset."""
    if node.is_there():
        node.open_node()
    else:
        node.create("gansu")
        out.print(_("The node “{name}” stands in {home}.", name="gansu", home=node.home()))
    for name in PACKS:
        out.rule(_("Pack {pack}", pack=name), align="left")
        install_pack(name)
    out.rule(_("What this node holds"), align="left")
    show_datasets()
    out.rule(_("hexi verify {dataset}", dataset=VERIFIED), align="left")
    from hexi.data.lifecycle.trust import read_trust
    from hexi.data.lifecycle.verifying import verify

    certificate, files = _newest(VERIFIED)
    verdict = verify(certificate, files, trust=read_trust(node.home() / "trust.json"), now=node.clock())
    show(verdict.findings, is_ok=verdict.ok)
    if not verdict.ok:
        raise SystemExit(verdict.exit_code)
