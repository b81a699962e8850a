"""One error tree. Every error has a stable `code` (docs/format.md) and says what happened to which input."""

from __future__ import annotations


class VerifierError(Exception):
    """Root of the tree: `code` is stable and machine-readable, `message` is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message

    def __reduce__(self) -> tuple[type[VerifierError], tuple[str, str]]:
        """It may have to cross from one process to another."""
        return type(self), (self.code, self.message)


class VerificationError(VerifierError):
    """A check was made and the evidence did not pass it (exit code 1)."""


class Unusable(VerifierError):  # noqa: N818 - a public name of this package
    """The input is not what the command takes, so nothing was checked (exit code 2)."""


class Unavailable(VerifierError):  # noqa: N818 - a public name of this package
    """Something needed for the check could not be reached or is missing (exit code 3)."""
