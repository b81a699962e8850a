"""Making the data folder: all of it, or nothing that a later start would mistake for one."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from gridwitness.durable_file import sync_folder
from gridwitness.errors import Unavailable
from gridwitness.postgres.account import ServerAccount
from gridwitness.postgres.binaries import program
from gridwitness.postgres.layout import SUPERUSER, PostgresLayout

# The superuser is for setting up roles, through the socket; TCP is for the roles with fewer rights.
_ACCESS = f"""\
# TYPE  DATABASE  USER  ADDRESS  METHOD
local   all  all  scram-sha-256
host    all  {SUPERUSER}  all  reject
host    all  all  127.0.0.1/32  scram-sha-256
"""


def make_cluster(layout: PostgresLayout, account: ServerAccount) -> None:
    """Make `layout.data` if it is absent: UTF-8, C.UTF-8, page checksums, passwords for everybody.

    `initdb` works in a folder beside it that is renamed at the end, so a crash half way leaves nothing.
    Raises Unavailable `initdb-failed`.
    """
    if layout.data.exists():
        return
    layout.remove_data()
    descriptor, name = tempfile.mkstemp(prefix=".password-", dir=layout.root)
    password_file = Path(name)
    try:
        with os.fdopen(descriptor, "w") as stream:
            stream.write(layout.password(SUPERUSER) + "\n")
        account.own(password_file)
        _initdb(layout, password_file, account)
    finally:
        password_file.unlink()
    (layout.draft_data / "pg_hba.conf").write_text(_ACCESS)
    layout.draft_data.rename(layout.data)
    sync_folder(layout.root)


def _initdb(layout: PostgresLayout, password_file: Path, account: ServerAccount) -> None:
    outcome = subprocess.run(
        [
            program("initdb"),
            f"--pgdata={layout.draft_data}",
            f"--username={SUPERUSER}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--data-checksums",
            "--no-instructions",
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        cwd=layout.root,
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
        umask=0o077,
        **account.popen_options,
    )
    if outcome.returncode:
        layout.remove_data()
        raise Unavailable(
            "initdb-failed",
            f"The embedded database could not be made in {layout.root}: {outcome.stderr.strip()[-1000:]}",
            "see whether the disk is full or read-only",
        )
