"""Settings from the environment, and what they refuse."""

from __future__ import annotations

from pathlib import Path

import pytest
from gridwitness.errors import Misconfigured
from gridwitness.settings import load_settings

SERVER = {"profile": "server", "database_url": "postgresql://u:secret@h/d", "rpc_url": "http://h:8545"}


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import os

    for name in list(os.environ):
        if name.startswith("GRIDWITNESS_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_defaults_are_an_embedded_deployment_under_var(tmp_path: Path) -> None:
    settings = load_settings()
    assert settings.profile == "embedded"
    assert settings.home == tmp_path / "var"
    assert settings.trust_file == tmp_path / "var" / "trust.json"
    assert settings.port == 8000
    assert settings.database_url is None
    assert settings.time_zone == "Asia/Shanghai"
    assert (settings.time_tolerance_seconds, settings.maximum_merge_delay_seconds) == (120, 3600)
    assert settings.file_size_limit_bytes == 50 * 1024 * 1024


def test_the_environment_is_read_and_overrides_win(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDWITNESS_PORT", "9000")
    monkeypatch.setenv("GRIDWITNESS_HOME", "/srv/gw")
    monkeypatch.setenv("GRIDWITNESS_DATABASE_URL", "")
    settings = load_settings(port=9001)
    assert (settings.port, settings.home, settings.database_url) == (9001, Path("/srv/gw"), None)


def test_entry_tiles_are_open_in_demo_mode_only() -> None:
    assert load_settings(demo_mode=True).entry_readers_open is True
    assert load_settings().entry_readers_open is False


def test_links_of_documents_begin_with_the_public_url() -> None:
    assert load_settings(port=8123).public_base == "http://127.0.0.1:8123"
    assert load_settings(public_url="").public_base == "http://127.0.0.1:8000"
    assert load_settings(public_url="https://witness.example/gw/").public_base == "https://witness.example/gw"


def test_settings_do_not_change_and_do_not_show_secrets() -> None:
    settings = load_settings(**SERVER)
    assert "secret" not in repr(settings)
    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"port": 0}, "GRIDWITNESS_PORT"),
        ({"profile": "cloud"}, "GRIDWITNESS_PROFILE"),
        ({"time_zone": "Mars/Base"}, "Mars/Base"),
        ({"time_zone": "../etc/passwd"}, "time zone"),
        ({"anchor_interval_seconds": 0}, "ANCHOR_INTERVAL"),
        ({"prot": 1}, "PROT"),
        ({"public_url": "javascript:alert(1)"}, "GRIDWITNESS_PUBLIC_URL"),
        ({"public_url": "https://witness.example/a b"}, "GRIDWITNESS_PUBLIC_URL"),
        ({"profile": "server"}, "GRIDWITNESS_DATABASE_URL"),
        ({**SERVER, "profile": "consortium", "rpc_url": None}, "GRIDWITNESS_RPC_URL"),
        ({**SERVER, "simulated_clock": True}, "simulated clock"),
    ],
)
def test_wrong_settings_are_named_without_their_secrets(wrong: dict[str, object], named: str) -> None:
    with pytest.raises(Misconfigured, match=named) as refusal:
        load_settings(**wrong)
    assert refusal.value.code == "settings-invalid"
    assert "secret" not in str(refusal.value)
