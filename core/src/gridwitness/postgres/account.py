"""Which operating-system account runs the server: PostgreSQL refuses to run as root."""

from __future__ import annotations

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gridwitness.errors import Misconfigured

_CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class ServerAccount:
    """An unprivileged account; `switch` is false where it is already ours."""

    uid: int
    gid: int
    switch: bool

    @property
    def popen_options(self) -> dict[str, Any]:
        """What `subprocess` needs to run a program as this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}

    def own(self, path: Path) -> None:
        """Give `path` to this account."""
        if self.switch:
            os.chown(path, self.uid, self.gid)


def account_for(data_dir: Path) -> ServerAccount:
    """The account for the server on `data_dir`: its owner, else ourselves, else (as root) postgres or nobody.

    Raises Misconfigured `postgres-account` when the data belongs to somebody we cannot become.
    """
    owner = data_dir.stat() if data_dir.exists() else None
    if os.geteuid() != 0:
        if owner is not None and owner.st_uid != os.geteuid():
            raise Misconfigured(
                "postgres-account",
                f"{data_dir} belongs to uid {owner.st_uid}, and this program runs as uid {os.geteuid()}.",
                f"run as that user or give the folder to this one: chown -R {os.geteuid()} {data_dir.parent}",
            )
        return ServerAccount(os.geteuid(), os.getegid(), switch=False)
    if owner is not None and owner.st_uid != 0:
        return ServerAccount(owner.st_uid, owner.st_gid, switch=True)
    for name in _CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return ServerAccount(entry.pw_uid, entry.pw_gid, switch=True)
    raise Misconfigured(
        "postgres-account",
        "PostgreSQL does not run as root, and there is no account 'postgres' or 'nobody' to run it.",
        "run as an ordinary user, or create the account 'postgres'",
    )


def require_reachable(account: ServerAccount, *folders: Path) -> None:
    """Raise Misconfigured `postgres-unreachable`, naming the first folder that the account cannot enter.

    Matters under root only: a clone in /root (mode 0700) cannot be entered by anybody else.
    """
    if not account.switch:
        return
    for folder in folders:
        whole = folder.resolve()
        for step in (*reversed(whole.parents), whole):
            if not _may_enter(account, step.stat()):
                raise Misconfigured(
                    "postgres-unreachable",
                    f"PostgreSQL runs as uid {account.uid} (it refuses root), "
                    f"which cannot enter {step} to reach {whole}.",
                    f"chmod o+x {step}, put GRIDWITNESS_HOME (or the virtual environment) elsewhere, "
                    "or run as an ordinary user",
                )


def _may_enter(account: ServerAccount, folder: os.stat_result) -> bool:
    if folder.st_uid == account.uid:
        return bool(folder.st_mode & stat.S_IXUSR)
    if folder.st_gid == account.gid:
        return bool(folder.st_mode & stat.S_IXGRP)
    return bool(folder.st_mode & stat.S_IXOTH)
