"""What the embedded PostgreSQL keeps under a deployment's home, and its socket folder."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from gridwitness.durable_file import make_folder, replace_file, secret_in
from gridwitness.postgres.account import ServerAccount
from gridwitness.postgres.urls import APP, AUDITOR, DATABASE, OWNER, DatabaseUrls

SUPERUSER = "postgres"
# sun_path holds 108 bytes with its NUL on Linux, 104 on macOS; the longest name inside is ".s.PGSQL.65535".
_LONGEST_SOCKET_FOLDER = 103 - len("/.s.PGSQL.65535")

_PASSWORD_FILES = {
    SUPERUSER: "database-superuser.password",
    OWNER: "database-owner.password",
    APP: "database-app.password",
    AUDITOR: "database-auditor.password",
}


@dataclass(frozen=True, slots=True)
class PostgresLayout:
    """Paths under one home. `home/postgres` belongs to the server's account (0700), `home/keys` to ours."""

    home: Path

    @property
    def root(self) -> Path:
        """Everything of the server but its passwords."""
        return self.home / "postgres"

    @property
    def data(self) -> Path:
        """PGDATA."""
        return self.root / "data"

    @property
    def log(self) -> Path:
        """The server's messages."""
        return self.root / "postgres.log"

    @property
    def port_file(self) -> Path:
        """The remembered port."""
        return self.root / "port"

    @property
    def lock_file(self) -> Path:
        """Held while somebody starts or stops the server."""
        return self.root / "starter.lock"

    @property
    def keys(self) -> Path:
        """Folder of the deployment's secrets."""
        return self.home / "keys"

    def make(self, account: ServerAccount) -> None:
        """Make the folders with their owners and modes."""
        make_folder(self.home)
        make_folder(self.keys, mode=0o700)
        make_folder(self.root, mode=0o700)
        account.own(self.root)

    def password(self, role: str) -> str:
        """The role's password, made at the first call."""
        return password_of(self.keys, role)

    def urls(self, port: int) -> DatabaseUrls:
        """The URLs of the server on 127.0.0.1:`port`."""
        return DatabaseUrls(
            *(
                f"postgresql://{role}:{self.password(role)}@127.0.0.1:{port}/{DATABASE}"
                for role in (OWNER, APP, AUDITOR)
            )
        )

    def make_socket_folder(self, account: ServerAccount) -> Path:
        """A folder for the unix socket that only the server's account may enter.

        It is `home/postgres/socket` unless that path is too long for a socket; then it is a folder with a
        random name in the system's temporary folder, remembered in `home/postgres/socket-folder` while it
        stays ours.
        """
        inside = self.root / "socket"
        if len(os.fsencode(inside)) <= _LONGEST_SOCKET_FOLDER:
            inside.mkdir(mode=0o700, exist_ok=True)
            account.own(inside)
            return inside
        note = self.root / "socket-folder"
        if note.exists() and _is_private(kept := Path(os.fsdecode(note.read_bytes())), account):
            return kept
        folder = Path(tempfile.mkdtemp(prefix="gw-pg-", dir=_short_temporary_folder()))
        account.own(folder)
        replace_file(note, os.fsencode(folder))
        return folder

    def remove_data(self) -> None:
        """Remove an unfinished data folder."""
        shutil.rmtree(self.draft_data, ignore_errors=True)

    @property
    def draft_data(self) -> Path:
        """Where `initdb` works until it is done."""
        return self.root / "data.unfinished"


def password_of(keys: Path, role: str) -> str:
    """The password that `keys` holds for a role of ours, made at the first call (mode 0600)."""
    return secret_in(keys / _PASSWORD_FILES[role])


def _is_private(folder: Path, account: ServerAccount) -> bool:
    try:
        found = folder.lstat()
    except OSError:
        return False
    return (
        folder.is_dir()
        and not folder.is_symlink()
        and found.st_uid == account.uid
        and not found.st_mode & 0o077
    )


def _short_temporary_folder() -> Path:
    candidate = Path(tempfile.gettempdir())
    fits = len(os.fsencode(candidate)) + len("/gw-pg-12345678") <= _LONGEST_SOCKET_FOLDER
    return candidate if fits else Path(os.sep, "tmp")
