"""A forged bundle and its trust file on disk, and a configuration folder of the test's own."""

import json

import pytest


@pytest.fixture(autouse=True)
def own_configuration(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture
def files(tmp_path):
    def write(scenario, bundle=None):
        trust, evidence = tmp_path / "trust.json", tmp_path / "evidence.json"
        trust.write_text(json.dumps(scenario.trust()))
        evidence.write_text(json.dumps(bundle or scenario.bundle()))
        return str(evidence), "--trust", str(trust)

    return write
