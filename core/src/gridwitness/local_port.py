"""TCP ports of our own servers on 127.0.0.1: free when first chosen, then remembered."""

from __future__ import annotations

import secrets
import socket
from pathlib import Path

from gridwitness.durable_file import replace_file
from gridwitness.errors import Unavailable

# Below the kernel's ephemeral ports (32768 on Linux, 49152 elsewhere), so that no outgoing connection takes a
# remembered port while our server is down.
_LOWEST, _HIGHEST = 20000, 32000
_ATTEMPTS = 200


def is_free(port: int) -> bool:
    """Whether a server could listen on 127.0.0.1:`port` now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port nobody listens on now. Raises Unavailable `no-free-port`."""
    for _ in range(_ATTEMPTS):
        port = _LOWEST + secrets.randbelow(_HIGHEST - _LOWEST)
        if is_free(port):
            return port
    raise Unavailable(
        "no-free-port", f"No free TCP port was found between {_LOWEST} and {_HIGHEST} on 127.0.0.1."
    )


def remembered_port(file: Path, wanted: int | None = None) -> int:
    """The port for a server that is about to start: `wanted`, else the one in `file`, else a free one.

    The answer is kept in `file`. A remembered port that a stranger has taken is replaced by a free one; a
    wanted port that is taken raises Unavailable `port-taken`.
    """
    if wanted is not None and not is_free(wanted):
        raise Unavailable(
            "port-taken",
            f"Port {wanted} on 127.0.0.1 is taken by another program.",
            "stop it or choose another port",
        )
    kept = last_port(file)
    port = wanted or (kept if kept is not None and is_free(kept) else free_port())
    if port != kept:
        replace_file(file, f"{port}\n".encode(), mode=0o644)
    return port


def last_port(file: Path) -> int | None:
    """The port remembered in `file`, or None when there is none (or no port in it)."""
    try:
        port = int(file.read_text("ascii"))
    except (OSError, ValueError):
        return None
    return port if 0 < port < 65536 else None
