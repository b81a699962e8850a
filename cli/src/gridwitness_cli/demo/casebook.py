"""What a case of the story is made of: its steps in order, each as an officer would type it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gridwitness_cli.demo.cast import LI, ZHANG, Role


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file that a step names; `text` is its content, a drawn photo where it is None."""

    name: str
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Unlawful:
    """Why a step must be refused: what it is, the platform's code, the rule of law."""

    what: str
    code: str
    rule: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step, taken by `signer` on their device at `when` (local, `MM-DD HH:MM` of the story's year).

    `cosigner`: who vouches for it at once with their own key; `paper`: its document is issued as PDF;
    `offline`: signed without network and handed in before the next step; `unlawful`: it must be refused.
    Values of `details` may hold `{name}`, which the story fills in. `dated`: when it is said to have
    occurred, now without it.
    """

    when: str
    signer: Role
    step: str
    outcome: str | None = None
    officers: tuple[Role, ...] = (ZHANG, LI)
    cosigner: Role | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    party: Mapping[str, str] | None = None
    place: str | None = None
    facts: str | None = None
    basis: tuple[str, ...] = ()
    files: tuple[Evidence, ...] = ()
    paper: bool = False
    offline: bool = False
    dated: str | None = None
    unlawful: Unlawful | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One case: `key` is its name in this story; its steps in the order they happen."""

    title: str
    key: str
    steps: tuple[Step, ...]
    procedure: str = "general"
