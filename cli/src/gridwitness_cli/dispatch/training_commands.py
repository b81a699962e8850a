"""`gridwitness dispatch train` and `evaluate`: they need no running platform."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from gridwitness.durable_file import replace_file
from gridwitness.errors import InvalidInput
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from gridwitness.dispatch.measuring import Measured
    from gridwitness.dispatch.model import Model
    from gridwitness.dispatch.samples import Example
    from gridwitness.dispatch.training import Wish

_progress = Console(stderr=True, highlight=False)
_FIGURES = {
    "准确率 accuracy": "accuracy",
    "宏平均 macro-F1": "macro_f1",
    "校准误差 calibration error": "ece",
    "门限 gate": "gate",
    "自动派遣比例 share decided": "share",
    "其准确率 its precision": "precision",
}

File = Annotated[Path, typer.Argument(help="JSON lines, also packed with gzip. 历史数据")]
Text = Annotated[str, typer.Option("--text", help="Member with the text. 文本字段")]
Label = Annotated[str, typer.Option("--label", help="Member with whose it was. 标签字段")]
Fields = Annotated[
    list[str] | None,
    typer.Option("--with", help="Further members taken whole, such as matter and grid. 附加字段"),
]
Precision = Annotated[float, typer.Option(min=0.5, max=1, help="Of what is decided unseen. 自动派遣准确率")]
HeldBack = Annotated[float, typer.Option(min=0.05, max=0.5, help="Share of texts held back. 留出比例")]
Seed = Annotated[int, typer.Option(min=0, help="Of the split. 划分种子")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON 输出")]


def train(
    file: File,
    text: Text,
    label: Label,
    fields: Fields = None,
    hours: Annotated[
        str | None, typer.Option(help="Member with the hours it took, a number. 用时字段")
    ] = None,
    out: Annotated[Path, typer.Option(help="Where the model is written. 模型文件")] = Path(
        "dispatch-model.zip"
    ),
    precision: Precision = 0.98,
    held_back: HeldBack = 0.2,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Learn from a history whose an event is; measured on a share held back. 由历史数据训练分拨模型。

    No text is printed. The gate is the confidence above which a decision is made unseen; it is chosen on
    validation folds of the rest.
    """
    from gridwitness.dispatch.model_file import pack  # noqa: PLC0415 - loads numpy and scikit-learn
    from gridwitness.dispatch.samples import read_examples  # noqa: PLC0415
    from gridwitness.dispatch.training import train as learn  # noqa: PLC0415

    wish = _wish(text, label, fields, hours, precision, held_back, seed)
    began = time.monotonic()
    trained = learn(read_examples(file, wish.columns), wish, lambda what: _progress.print(f"· {what}"))
    replace_file(out, pack(trained.model), mode=0o600)
    view = {
        "model": str(out),
        "labels": len(trained.model.labels),
        "left_out": len(trained.left_out),
        "seconds": round(time.monotonic() - began, 1),
        **trained.measured.as_numbers(),
    }
    if as_json:
        typer.echo(json.dumps(view, ensure_ascii=False, indent=2))
        return
    Console(highlight=False).print(_table({"this model 本模型": trained.measured}))
    left = f"; {len(trained.left_out)} labels with too few texts 样本不足" if trained.left_out else ""
    typer.echo(f"{out}: {len(trained.model.labels)} labels 标签{left}, {view['seconds']} s")


def evaluate(
    file: File,
    text: Text,
    label: Label,
    fields: Fields = None,
    model: Annotated[
        Path | None, typer.Option(help="Measure this one; else one is trained. 已训练的模型")
    ] = None,
    precision: Precision = 0.98,
    held_back: HeldBack = 0.2,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Accuracy, macro-F1, calibration and share decided, beside a plain baseline. 在留出数据上评测。

    Both learn from the same texts and are measured on the same ones held back: split by text, not by row.
    """
    from gridwitness.dispatch.baseline import baselines  # noqa: PLC0415 - loads numpy and scikit-learn
    from gridwitness.dispatch.samples import read_examples  # noqa: PLC0415
    from gridwitness.dispatch.training import measured_on  # noqa: PLC0415
    from gridwitness.dispatch.training import train as learn  # noqa: PLC0415

    wish = _wish(text, label, fields, None, precision, held_back, seed)
    examples = read_examples(file, wish.columns)
    learned, kept = examples.split(wish.held_back, wish.seed)
    if model is None:
        ours = learn(examples, wish, lambda what: _progress.print(f"· {what}")).measured
    else:
        ours = measured_on(_same_split(model, wish, examples.sha256), kept)
    _progress.print("· baselines")
    beside = baselines(learned, kept, wish.precision, wish.seed)
    if as_json:
        typer.echo(json.dumps(_view(wish, learned, kept, ours, beside), ensure_ascii=False, indent=2))
        return
    Console(highlight=False).print(_table({"this model 本模型": ours, **beside}))


def _wish(
    text: str,
    label: str,
    fields: list[str] | None,
    hours: str | None,
    precision: float,
    held_back: float,
    seed: int,
) -> Wish:
    from gridwitness.dispatch.samples import Columns  # noqa: PLC0415
    from gridwitness.dispatch.training import Wish  # noqa: PLC0415

    return Wish(Columns(text, label, tuple(fields or ()), hours), precision, held_back, seed)


def _same_split(path: Path, wish: Wish, sha256: str) -> Model:
    """The model of a file. Raises InvalidInput `model-split` where it has seen what would be held back."""
    from gridwitness.dispatch.model_file import unpack  # noqa: PLC0415

    model = unpack(path.read_bytes())
    noted = model.trained
    if noted.get("sha256") == sha256 and (noted.get("seed"), noted.get("held_back")) != (
        wish.seed,
        f"{wish.held_back:g}",
    ):
        raise InvalidInput(
            "model-split",
            "The model was trained on another split of this file: it has seen what would be held back.",
            f"give --seed {noted.get('seed')} --held-back {noted.get('held_back')}",
        )
    return model


def _view(
    wish: Wish,
    learned: list[Example],
    kept: list[Example],
    ours: Measured,
    beside: Mapping[str, Measured],
) -> dict[str, Any]:
    from gridwitness.dispatch.samples import texts  # noqa: PLC0415

    return {
        "precision_wanted": wish.precision,
        "seed": wish.seed,
        "learned": {"rows": len(learned), "texts": texts(learned)},
        "held_back": {"rows": len(kept), "texts": texts(kept)},
        **ours.as_numbers(),
        "baselines": {name: one.as_numbers() for name, one in beside.items()},
    }


def _table(measured: Mapping[str, Measured]) -> Table:
    table = Table("", *measured)
    for title, figure in _FIGURES.items():
        values = (one.as_numbers()[figure] for one in measured.values())
        table.add_row(title, *("–" if value is None else f"{value:.4f}" for value in values))
    return table
