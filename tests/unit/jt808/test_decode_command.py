"""`gridwitness ingest decode jt808`: the contract that programs of field engineers rely on."""

from __future__ import annotations

import json
import subprocess
import sys

from gridwitness_ingest.jt808.lines import decode_lines
from gridwitness_ingest.jt808.reading import Reader
from gridwitness_ingest.jt808.sending import Terminal

RIGHT = (
    b"7E02000026123456789012007D02000000010000000200BA7F0E07E4F11C0028003C0000181015101010"
    b"0104000000640202007D01137E"
)


def _run(text: bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-X", "importtime", "-m", "gridwitness_cli", "ingest", "decode"]
    return subprocess.run([*command, *arguments], input=text, capture_output=True, check=False)


def test_one_object_a_line_and_an_exit_code() -> None:
    heartbeat = Terminal("13900000001").heartbeat().hex().encode()
    done = _run(b"\n".join([RIGHT, b"", b"rubbish", heartbeat, RIGHT[:-6] + b"7E"]), "jt808", "-")
    assert done.returncode == 1
    first, second, third, fourth = (json.loads(line) for line in done.stdout.splitlines())
    assert [one["input"] for one in (first, second, third, fourth)] == [0, 1, 2, 3]
    assert first["error"] is None
    (item,) = first["items"]
    assert item["time"] == "2018-10-15T02:10:10Z"
    assert (item["lat"], item["lon"], item["terminal"]) == (12.222222, 132.444444, "123456789012")
    assert (item["speed_kmh"], item["direction"]) == (6.0, 0)
    assert (item["alarms"], item["status"]) == (["emergency"], ["fixed"])
    assert second == {"input": 1, "items": [], "error": {**second["error"], "code": "not-hex"}}
    assert third == {"input": 2, "items": [], "error": None}
    assert fourth["error"]["code"] == "frame-checksum"
    for heavy in (b"sqlalchemy", b"polars", b"web3", b"psycopg"):
        assert heavy not in done.stderr


def test_all_read_is_0_and_unusable_arguments_are_2() -> None:
    assert _run(RIGHT, "jt808", "-").returncode == 0
    assert _run(b"", "jt809", "-").returncode == 2
    assert _run(b"", "jt808", "no-such-file").returncode == 2


def test_flags_spaces_and_several_frames_on_a_line() -> None:
    spaced = b" ".join(RIGHT[at : at + 2] for at in range(0, len(RIGHT), 2))
    lines = [RIGHT[2:-2], spaced, RIGHT + RIGHT, b"0x" + RIGHT]
    found = [*decode_lines(lines, Reader(), 1_790_000_000.0)]
    assert [len(one["items"]) for one in found] == [1, 1, 2, 1]
    assert all(one["error"] is None for one in found)
