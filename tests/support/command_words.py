"""The command line, taken apart: whether words written somewhere are commands and options of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import typer
from gridwitness_cli.main import build


@cache
def _command_line() -> Any:
    return typer.main.get_command(build([]))


def unknown_words(words: Sequence[str]) -> list[str]:
    """What of a call (`["up", "--port", "8000"]`) the command line does not know; empty = it is one."""
    command, unknown = _command_line(), []
    rest = iter(words)
    for word in rest:
        name, _, value = word.partition("=")
        if name.startswith("--"):
            option = _options(command).get(name)
            if option is None and name != "--help":
                unknown.append(name)
            elif (
                option is not None
                and not value
                and not getattr(option, "is_flag", False)
                and hasattr(command, "commands")
            ):
                next(rest, None)  # of a group: its value is no command
        elif hasattr(command, "commands"):
            if word.startswith("$"):  # the reader's own words
                return unknown
            below = command.commands.get(word)
            if below is None:
                return [*unknown, word]
            command = below
    return unknown


def _options(command: Any) -> dict[str, Any]:
    return {name: option for option in command.params for name in (*option.opts, *option.secondary_opts)}
