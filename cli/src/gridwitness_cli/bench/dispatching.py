"""Decisions of dispatch a second: by the list, and by a model learned here, beside scikit-learn's calls."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from gridwitness.dispatch.model import Model
from gridwitness.dispatch.model_file import pack
from gridwitness.dispatch.samples import Columns, read_examples
from gridwitness.dispatch.training import Wish, train
from gridwitness.events import EventRow
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC
from sqlalchemy.orm import make_transient

from gridwitness_cli.bench.event_transitions import MATTER, UNITS, reported
from gridwitness_cli.bench.measurement import Measurement
from gridwitness_cli.bench.reading_load import call_all
from gridwitness_cli.bench.stage import AGENCY, Stage

_TOPICS = {
    UNITS[0]: ("路面垃圾", "渣土遗撒", "垃圾满溢", "清运不及时", "乱倒泔水"),
    UNITS[1]: ("路灯不亮", "井盖松动", "护栏倒伏", "路面坑洼", "沥青开裂"),
    UNITS[2]: ("树木倒伏", "绿地荒芜", "草坪枯死", "花坛破坏", "枝条伸出"),
    UNITS[3]: ("占道经营", "店外摆摊", "违规广告", "乱贴乱画", "噪声扰民"),
}
_EXAMPLES = 2_000
_PLACES = ("文一路口", "古墩路东侧", "小区南门外", "菜场旁边", "公交站台后", "学校门前", "河边步道")


def dispatch_rows(stage: Stage, decisions: int) -> Iterator[Measurement]:
    """Suggestions of one process, events read beforehand; the platform's registers stand as they are."""
    platform = stage.platform
    texts = [*_texts(max(_EXAMPLES, decisions))]
    trained = _trained(texts)
    with platform.transaction() as session:
        row = platform.dispatch_models.add(session, AGENCY, "bench", pack(trained), by=None)
        platform.dispatch_models.move(session, row.model, row.version, "active", by=None)
    by_list = _events(stage, MATTER, texts[:decisions])
    by_model = _events(stage, None, texts[:decisions])
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True)
    plain = LinearSVC().fit(
        vectorizer.fit_transform([text for _, text in texts]), [unit for unit, _ in texts]
    )
    asked = [text for _, text in texts[:decisions]]
    bare = call_all(lambda text: plain.decision_function(vectorizer.transform([text])), asked)
    with platform.transaction() as session:
        suggest = platform.dispatch.suggest
        assert suggest(session, by_list[0]).automatic and suggest(session, by_model[0]).model is not None
        listed = call_all(lambda one: suggest(session, one), by_list)
        modelled = call_all(lambda one: suggest(session, one), by_model)
    beside = "scikit-learn, one text a call"
    yield Measurement("dispatch by the list, one process", listed.rate, "decisions/s")
    yield Measurement("dispatch by the model, one process", modelled.rate, "decisions/s", beside, bare.rate)


def _trained(texts: Sequence[tuple[str, str]]) -> Model:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "history.jsonl")
        lines = (json.dumps({"unit": unit, "text": text}, ensure_ascii=False) for unit, text in texts)
        path.write_text("\n".join(lines))
        columns = Columns("text", "unit")
        return train(read_examples(path, columns), Wish(columns)).model


def _events(stage: Stage, matter: str | None, texts: Sequence[tuple[str, str]]) -> list[EventRow]:
    """Events as they stand in the database, with these texts; nothing is written."""
    (sub,) = reported(stage.platform, 1)
    found = []
    for _, text in texts:
        with stage.platform.transaction() as session:
            row = session.get_one(EventRow, sub)
            make_transient(row)
            row.matter, row.title, row.description = matter, None, text
            found.append(row)
    return found


def _texts(count: int) -> Iterator[tuple[str, str]]:
    drawn = random.Random(9)  # noqa: S311 - sample data, no secret
    for number in range(count):
        unit = drawn.choice([*_TOPICS])
        yield unit, f"{drawn.choice(_PLACES)} {drawn.choice(_TOPICS[unit])} {number}号 请尽快处理"
