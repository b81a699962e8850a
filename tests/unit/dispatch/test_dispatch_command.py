"""`gridwitness dispatch train` and `evaluate`: no platform, no text in what they print."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from gridwitness.errors import InvalidInput
from gridwitness_cli.dispatch import app
from typer.testing import CliRunner

WORDS = {"ROADS": ("路面破损", "井盖松动"), "WASTE": ("垃圾堆放", "渣土遗撒")}
OPTIONS = ("--text", "text", "--label", "unit")


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    drawn = random.Random(3)
    path = tmp_path_factory.mktemp("history") / "history.jsonl"
    units = [drawn.choice([*WORDS]) for _ in range(300)]
    rows = [
        {"unit": unit, "text": f"{drawn.choice(WORDS[unit])} {number} 号门前"}
        for number, unit in enumerate(units)
    ]
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows))
    return path


def told(*arguments: str) -> Any:
    result = CliRunner().invoke(app, [*arguments, "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert not any(word in result.output for words in WORDS.values() for word in words)
    return json.loads(result.stdout)


def test_trained_then_measured_beside_the_baseline(history: Path, tmp_path: Path) -> None:
    out = tmp_path / "model.zip"
    made = told("train", str(history), *OPTIONS, "--out", str(out))
    assert out.stat().st_mode & 0o777 == 0o600 and made["labels"] == 2
    found = told("evaluate", str(history), *OPTIONS, "--model", str(out))
    figures = ("accuracy", "macro_f1", "ece", "gate", "share", "precision", "rows")
    assert {name: found[name] for name in figures} == {name: made[name] for name in figures}
    assert found["accuracy"] == 1.0 and set(found["baselines"]) == {
        "tfidf+linear-svm",
        "tfidf+logistic-regression",
    }
    assert found["held_back"]["rows"] + found["learned"]["rows"] == 300
    table = CliRunner().invoke(app, ["evaluate", str(history), *OPTIONS, "--model", str(out)])
    assert "macro-F1" in table.stdout and "svm" in table.stdout


def test_a_model_is_not_measured_on_what_it_learned(history: Path, tmp_path: Path) -> None:
    out = tmp_path / "model.zip"
    told("train", str(history), *OPTIONS, "--out", str(out))
    with pytest.raises(InvalidInput) as refusal:
        told("evaluate", str(history), *OPTIONS, "--model", str(out), "--seed", "1")
    assert refusal.value.code == "model-split"
