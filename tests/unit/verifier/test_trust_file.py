"""The trust file: pinned by its digest, refused with any fault, its logs in lines of succession."""

import json
from hashlib import sha256

import pytest
from gridwitness_verifier.main import main
from gridwitness_verifier.trust import parse_trust
from support.forged_record import NoteKey
from support.sealing import validator_keys
from support.verifier_bundle import Scenario


def run(capsys, *arguments):
    code = main([*arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_pinning_confirms_a_trust_file(files, tmp_path, capsys):
    arguments = files(Scenario())
    digest = sha256((tmp_path / "trust.json").read_bytes()).hexdigest()
    code, _, _ = run(capsys, "bundle", *arguments, "--require-confirmed")
    assert code == 3
    code, out, _ = run(capsys, "trust", "pin", arguments[2], "--sha256", digest.upper())
    assert code == 0
    assert digest in out
    code, out, _ = run(capsys, "bundle", *arguments, "--require-confirmed", "--json")
    assert code == 0
    assert json.loads(out)["trust"]["status"] == "confirmed"
    assert json.loads((tmp_path / "config" / "gridwitness-verify" / "pins.json").read_text())["trust"] == [
        digest
    ]


def test_a_pin_of_another_digest_is_refused(files, tmp_path, capsys):
    arguments = files(Scenario())
    code, _, err = run(capsys, "trust", "pin", arguments[2], "--sha256", "0" * 64)
    assert code == 1
    assert "pin-mismatch" in err
    assert not (tmp_path / "config").exists()


def test_a_file_that_is_no_trust_file_is_not_pinned(tmp_path, capsys):
    other = tmp_path / "other.json"
    other.write_bytes(b"{}")
    code, _, err = run(capsys, "trust", "pin", str(other), "--sha256", sha256(b"{}").hexdigest())
    assert code == 2
    assert "trust.format is missing" in err


def test_damaged_pins_are_said(files, tmp_path, capsys):
    pins = tmp_path / "config" / "gridwitness-verify" / "pins.json"
    pins.parent.mkdir(parents=True)
    for content in ("{", "[]", '{"format":"gridwitness-pins/v1","trust":["x"]}'):
        pins.write_text(content)
        code, _, err = run(capsys, "bundle", *files(Scenario()))
        assert code == 2
        assert "pins-form" in err


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"profile": "none"}, "profile"),
        ({"extra": 1}, "unknown"),
        ({"deployment": "x"}, "deployment"),
        ({"chain": {"chain_id": -1, "genesis_hash": "0x", "rpc": None}}, "chain_id"),
        ({"files": 5}, "files"),
        ({"logs": {}}, "logs"),
        ({"time": {"clock": "simulated", "tolerance": 120}, "profile": "server"}, "simulated clock"),
        (
            {"validators": [{"address": "0x01", "operator": "a", "from_block": 0, "to_block": None}]},
            "address",
        ),
        (
            {"validators": [{"address": "0x01", "operator": "a", "from_block": 0, "to_block": "x"}]},
            "to_block",
        ),
    ],
)
def test_a_trust_file_with_a_fault_is_named(tmp_path, capsys, change, word):
    trust = tmp_path / "trust.json"
    trust.write_text(json.dumps(Scenario(validators=validator_keys(1)).trust() | change))
    code, _, err = run(capsys, "bundle", str(trust), "--trust", str(trust))
    assert code == 2
    assert word in err


def test_logs_of_a_trust_file_belong_together(tmp_path, capsys):
    trust = Scenario().trust()
    log = trust["logs"][0]
    other = log["origin"][:-1] + "7"
    for wrong in ([log, log], [log | {"origin": other}], [log | {"agency": "999999"}], [log | {"vkey": "x"}]):
        path = tmp_path / "trust.json"
        path.write_text(json.dumps(trust | {"logs": wrong}))
        assert run(capsys, "bundle", str(path), "--trust", str(path))[0] == 2


def test_succession_in_a_trust_file_is_one_order(tmp_path, capsys):
    trust = Scenario().trust()
    first = trust["logs"][0]

    def log(number, predecessor):
        origin = f"{first['origin']}-{number}"
        return first | {"origin": origin, "vkey": NoteKey(origin).vkey, "predecessor": predecessor}

    second = log(2, first["origin"])
    circle = [log(2, f"{first['origin']}-3"), log(3, f"{first['origin']}-2")]
    path = tmp_path / "trust.json"
    for wrong in ([first, second, log(3, first["origin"])], circle, [first, *circle]):
        path.write_text(json.dumps(trust | {"logs": wrong}))
        code, _, err = run(capsys, "bundle", str(path), "--trust", str(path))
        assert code == 2
        assert "predecessor" in err
    logs = [log(10, second["origin"]), second, first]
    parsed = parse_trust(json.dumps(trust | {"logs": logs}).encode(), confirmed=True, folder=tmp_path)
    assert [[found.origin for found in line] for line in parsed.lines] == [
        [found["origin"] for found in (first, second, logs[0])]
    ]
