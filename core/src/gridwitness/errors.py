"""The one error tree of the platform.

A subclass says what the error *means* (who can do something about it, and what); the HTTP status is chosen in
the API only. `code` is a stable kebab-case string that other programs may rely on; `message` says what
happened and to which input; `hint` says what to do next; `context` holds further members for an RFC 9457
problem document.
"""

# Named for what they mean, as the rest of the tree reads: `NotFound`, not `NotFoundError`.
# ruff: noqa: N818

from __future__ import annotations

import re

_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class GridWitnessError(Exception):
    """Root of every error the platform raises on purpose."""

    def __init__(self, code: str, message: str, hint: str | None = None, **context: object) -> None:
        """`code` must be kebab-case; `context` values must be JSON values."""
        if not _CODE.fullmatch(code):
            raise ValueError(f"an error code is kebab-case, not {code!r}")
        super().__init__(code, message, hint)
        self.code = code
        self.message = message
        self.hint = hint
        self.context = context

    def __str__(self) -> str:
        """Message and hint on one line: what an operator reads in a terminal."""
        return self.message if self.hint is None else f"{self.message} ({self.hint})"


class InvalidInput(GridWitnessError):
    """The input breaks a stated rule; sending it again unchanged will fail again."""


class NotFound(GridWitnessError):
    """What was named does not exist, or not for this reader."""


class Conflict(GridWitnessError):
    """The input was good for a state that is no longer the present one."""


class Unauthenticated(GridWitnessError):
    """Nobody proved who is asking."""


class Forbidden(GridWitnessError):
    """Who is asking is known, and may not."""


class TooLarge(GridWitnessError):
    """The input is over a stated size limit."""


class Unavailable(GridWitnessError):
    """A part the platform needs does not answer now; the same call may work later."""


class Misconfigured(GridWitnessError):
    """The deployment contradicts itself; an operator has to change a setting or a file."""


class UnrecordedChange(GridWitnessError):
    """The database refused, at commit, a stated row whose change no record of the transaction carries.

    This is a mistake in the program (or an attempt to go round it), never one of the caller.
    """
