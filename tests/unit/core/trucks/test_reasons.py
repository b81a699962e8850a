"""Reasons in words."""

from __future__ import annotations

from gridwitness.trucks.detection.rules_document import CODES
from gridwitness.trucks.reasons import SENTENCES, reason_of


def test_every_rule_has_its_sentence() -> None:
    assert set(SENTENCES) == set(CODES)


def test_a_reason_says_what_was_measured() -> None:
    reason = reason_of("BLACK_CLONE_ST", {"distance_m": "9000", "seconds": "60", "brand": ""}, "K1")
    assert reason["zh"].endswith("疑似套牌：卡口 K1；距离 9000 m；时间 60 s。")
    assert reason["en"].endswith(": checkpoint K1; distance 9000 m; time 60 s.")


def test_an_unknown_rule_or_measure_stands_as_it_is() -> None:
    assert reason_of("NEW", {"widgets": "3"}) == {"zh": "NEW：widgets 3。", "en": "NEW: widgets 3."}
    assert reason_of("NEW", {}) == {"zh": "NEW。", "en": "NEW."}
