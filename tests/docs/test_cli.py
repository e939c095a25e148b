"""Every command, argument and option says what it is for."""

from __future__ import annotations

import pytest

from tests.docs.cli_page import commands


@pytest.mark.parametrize(("called", "command"), commands(), ids=[called for called, _ in commands()])
def test_a_command_says_what_it_does_and_each_of_its_words_means_something(called, command) -> None:
    assert command.help, called
    assert command.help.splitlines()[0].endswith((".", "?")), called
    for each in command.params:
        assert each.help, f"{called} {each.opts[0]}"
        assert each.help.endswith("."), f"{called} {each.opts[0]}"
