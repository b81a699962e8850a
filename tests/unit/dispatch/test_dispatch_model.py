"""A model learns from few examples, says why, keeps what it is in a file, and refuses any other file."""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from gridwitness.dispatch.baseline import baselines
from gridwitness.dispatch.measuring import NEVER, gate_for, measure
from gridwitness.dispatch.model_file import pack, unpack
from gridwitness.dispatch.samples import Columns, Examples, read_examples
from gridwitness.dispatch.terms import Sample, plain, words
from gridwitness.dispatch.training import Trained, Wish, train
from gridwitness.errors import InvalidInput
from hypothesis import given
from hypothesis import strategies as st

SUBJECTS: Mapping[str, tuple[str, ...]] = {
    "ROADS": ("路面破损", "井盖松动", "pothole", "护栏倒伏", "沥青开裂"),
    "GREEN": ("树木倒伏", "绿地荒芜", "tree branch", "草坪枯死", "花坛破坏"),
    "WASTE": ("垃圾堆放", "渣土遗撒", "litter bags", "垃圾满溢", "清运不及时"),
}
PLACES = ("文一路", "古墩路口", "near the school", "小区东门", "菜场旁边", "公交站")
COLUMNS = Columns("text", "unit", ("matter",), "hours")


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    drawn = random.Random(7)
    path = tmp_path_factory.mktemp("history") / "history.jsonl"
    with path.open("w") as lines:
        for number in range(600):
            unit = drawn.choice([*SUBJECTS])
            text = f"{drawn.choice(PLACES)} {drawn.choice(SUBJECTS[unit])} {number} 请处理"
            row = {"text": text, "unit": unit, "matter": unit[:2], "hours": drawn.choice([2, 4, 30])}
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")
        lines.write('{"text": "", "unit": "ROADS"}\n{"text": "少见", "unit": "RARE"}\n\n')
    return path


@pytest.fixture(scope="module")
def examples(history: Path) -> Examples:
    return read_examples(history, COLUMNS)


@pytest.fixture(scope="module")
def trained(examples: Examples) -> Trained:
    return train(examples, Wish(COLUMNS))


def test_it_learns_and_is_measured_on_what_it_never_saw(examples: Examples, trained: Trained) -> None:
    learned, held_back = examples.split(0.2, 0)
    assert not {e.sample.text for e in learned} & {e.sample.text for e in held_back}
    assert trained.model.labels == ("GREEN", "ROADS", "WASTE") and trained.left_out in (("RARE",), ())
    assert trained.measured.accuracy > 0.95 and trained.measured.rows == len(held_back)
    assert trained.model.trained["sha256"] == examples.sha256
    assert set(baselines(learned, held_back, 0.98, 0)) == {
        "tfidf+linear-svm",
        "tfidf+logistic-regression",
    }


def test_training_again_gives_the_same_file(examples: Examples, trained: Trained) -> None:
    assert pack(train(examples, Wish(COLUMNS)).model) == pack(trained.model)


def test_it_says_which_words_spoke_for_a_unit(trained: Trained) -> None:
    found = trained.model.predict(Sample(plain("文一路 沥青开裂 积水"), {"matter": "RO"}))
    assert found.label == "ROADS" and found.confidence > trained.model.gate
    assert {"沥青开裂", "matter=RO"} & set(found.because)
    assert sum(share for _, share in found.ranking) == pytest.approx(1)
    assert found.hours is not None and 2 <= found.hours <= 30


def test_no_text_at_all_is_answered_too(trained: Trained) -> None:
    assert trained.model.predict(Sample("", {})).because == ()


def test_a_file_holds_the_whole_model(trained: Trained) -> None:
    data = pack(trained.model)
    again = unpack(data)
    sample = Sample(plain("公交站 草坪枯死"), {})
    assert again.predict(sample) == trained.model.predict(sample)
    assert (again.trained, again.measured, pack(again)) == (
        trained.model.trained,
        trained.model.measured,
        data,
    )
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert all(name.endswith(".npy") or name == "model.json" for name in file.namelist())


def test_other_files_are_refused(trained: Trained) -> None:
    data = pack(trained.model)
    pickled = io.BytesIO()
    np.save(pickled, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    head = json.loads(zipfile.ZipFile(io.BytesIO(data)).read("model.json"))
    for changed in (
        {"bias.npy": pickled.getvalue()},
        {"bias.npy": None},
        {"more.npy": b""},
        {"model.json": b"[]"},
        {"model.json": json.dumps({**head, "labels": head["labels"][:2]}).encode()},
        {"model.json": json.dumps({**head, "format": "another"}).encode()},
        {"shift.npy": data[:10]},
    ):
        _refused(_with(data, changed))
    for broken in (b"", b"PK\x03\x04", data[:-100], pickled.getvalue()):
        _refused(broken)


def test_too_little_history_is_told(tmp_path: Path) -> None:
    path = tmp_path / "few.jsonl"
    path.write_text('{"text": "路灯不亮", "unit": "A"}\n')
    with pytest.raises(InvalidInput, match="labels have"):
        train(read_examples(path, COLUMNS), Wish(COLUMNS))
    with pytest.raises(InvalidInput) as refusal:
        read_examples(path, Columns("words", "unit"))
    assert refusal.value.code == "examples-none"
    path.write_text("no json")
    with pytest.raises(InvalidInput) as refusal:
        read_examples(path, COLUMNS)
    assert refusal.value.code == "examples-unreadable"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A3区 路灯 不亮", ["a3区", "路灯", "不亮"]),
        ("street lamp, broken!", ["street", "lamp", "broken"]),
        (
            "小区东门口有人占道经营",
            ["小区", "区东", "东门", "门口", "口有", "有人", "人占", "占道", "道经", "经营"],
        ),
        ("_x000D_\n", []),
    ],
)
def test_words(text: str, found: list[str]) -> None:
    assert words(plain(text)) == found


Outcomes = st.lists(
    st.tuples(st.integers(1, 20).map(lambda n: n / 20), st.booleans()), min_size=1, max_size=60
)


@given(Outcomes, st.sampled_from([0.5, 0.9, 0.98]))
def test_above_the_gate_decisions_are_as_right_as_asked(
    outcomes: list[tuple[float, bool]], wanted: float
) -> None:
    confidence = np.array([one for one, _ in outcomes])
    right = np.array([one for _, one in outcomes])
    gate = gate_for(confidence, right, wanted)
    passed = right[confidence > gate]
    if gate != NEVER:
        assert len(passed) and passed.mean() >= wanted
    for lower in {0.0, *confidence.tolist()}:
        more = right[confidence > lower]
        assert len(more) <= len(passed) or more.mean() < wanted  # no lower gate would do


def test_figures_by_hand() -> None:
    odds = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.3, 0.7]])
    found = measure(["a", "b"], ["a", "b", "b", "c"], odds, 0.75)
    assert found.accuracy == 0.5 and found.share == 0.5 and found.precision == 1.0
    f1 = (2 * 1 / (2 + 1) + 2 * 1 / (2 + 2) + 0) / 3
    assert found.macro_f1 == pytest.approx(f1)
    assert found.ece == pytest.approx((0.1 + 0.6 + 0.2 + 0.7) / 4)


def _with(data: bytes, changed: Mapping[str, bytes | None]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(packed, "w") as after:
        for name in before.namelist():
            content = changed.get(name, before.read(name))
            if content is not None:
                after.writestr(name, content)
        for name in changed.keys() - set(before.namelist()):
            after.writestr(name, changed[name] or b"")
    return packed.getvalue()


def _refused(data: bytes) -> None:
    with pytest.raises(InvalidInput) as refusal:
        unpack(data)
    assert refusal.value.code == "model-invalid"
