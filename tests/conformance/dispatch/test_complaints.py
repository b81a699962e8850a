"""The model on Chinese messages to government, beside a plain baseline. No message is ever shown."""

from __future__ import annotations

import pytest
from gridwitness.dispatch.baseline import baselines
from gridwitness.dispatch.samples import Columns, read_examples
from gridwitness.dispatch.training import Wish, train
from support.reference_data import reference_data

COLUMNS = Columns("tokens", "一级标签")


@pytest.mark.thorough
def test_better_than_plain_and_as_sure_as_it_says() -> None:
    examples = read_examples(reference_data("complaints_zh/labelled_tokenised.jsonl.gz"), COLUMNS)
    wish = Wish(COLUMNS)
    learned, held_back = examples.split(wish.held_back, wish.seed)
    ours = train(examples, wish).measured
    plain = max(
        baselines(learned, held_back, wish.precision, wish.seed).values(), key=lambda one: one.accuracy
    )

    assert len(examples.examples) == 8_592 and ours.rows == len(held_back) > 1_500
    assert ours.accuracy > plain.accuracy + 0.01 and ours.macro_f1 > plain.macro_f1 + 0.01
    assert ours.accuracy > 0.92 and ours.ece < 0.03
    assert ours.precision is not None and ours.precision >= 0.975 and ours.share > 0.7
