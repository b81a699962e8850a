"""A bundle through the verifier, and the one link its report must name."""

import json
from pathlib import Path

from gridwitness_verifier.bundle import verify_bundle
from gridwitness_verifier.bundle.file import parse_bundle
from gridwitness_verifier.report import Report
from gridwitness_verifier.trust import parse_trust
from support.sealing import validator_keys

KEYS = validator_keys(4)
SEALED = {"validators": KEYS, "profile": "consortium"}


def check(bundle, trust):
    parsed = parse_trust(json.dumps(trust).encode(), confirmed=True, folder=Path())
    _, checks = verify_bundle(parse_bundle(json.dumps(bundle).encode(), "evidence.json"), parsed)
    report = Report("bundle", parsed, {}, checks)
    return {found.name: found for found in checks}, report


def assert_only(found, report, name, code):
    assert [check.name for check in report.failed] == [name], [
        (item.name, item.result.value, item.reason) for item in found.values()
    ]
    location = found[name].locations[0]
    assert location.code == code
    assert location.file == "evidence.json"
    assert report.exit_code == 1
    assert name in report.verdict
