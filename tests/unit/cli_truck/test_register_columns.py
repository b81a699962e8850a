"""Headers and cells of register files."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from gridwitness.errors import InvalidInput
from gridwitness.records.kinds import check_fields, kind_named
from gridwitness_cli.truck.register_columns import HEADERS, REGISTERS, field_names, fields_of

ZONE = ZoneInfo("Asia/Shanghai")


def read(register: str, **cells: Any) -> dict[str, Any]:
    return fields_of(register, cells, ZONE)


@pytest.mark.parametrize("register", REGISTERS)
def test_headers_name_every_field_of_the_kind_and_no_other(register: str) -> None:
    assert HEADERS[register].keys() == kind_named(REGISTERS[register]).fields.keys()
    chinese = [headers.split()[0] for headers in HEADERS[register].values()]
    assert {*field_names(register, chinese).values()} == HEADERS[register].keys()


def test_a_row_in_chinese_is_a_truck() -> None:
    names = field_names("truck", ["号牌", "号牌颜色", "运输单位", "核定载质量", "生效时间", "备注"])
    row = ("浙A·12345", "黄色", "C1", "15500", "2026-01-01", "无")
    fields = read(
        "truck",
        **{
            names[h]: v
            for h, v in zip(("号牌", "号牌颜色", "运输单位", "核定载质量", "生效时间"), row, strict=False)
        },
    )
    check_fields(kind_named(REGISTERS["truck"]), fields)
    assert (fields["plate"], fields["plate_color"], fields["rated_kg"]) == ("浙A12345", "yellow", 15_500)
    assert (fields["valid_from"], fields["valid_to"], fields["brand"]) == ("2025-12-31T16:00:00Z", None, None)


def test_a_last_day_ends_with_itself() -> None:
    fields = read("terminal", valid_from="2026-01-01 08:30", valid_to="2026-12-31")
    assert (fields["valid_from"], fields["valid_to"]) == ("2026-01-01T00:30:00Z", "2026-12-31T16:00:00Z")
    assert read("terminal", valid_to="2026-12-31T16:00:00Z")["valid_to"] == "2026-12-31T16:00:00Z"


def test_lists_windows_and_shapes_stand_in_cells() -> None:
    fields = read(
        "permit",
        plates="浙A12345、浙a·54321",
        dumps="D1;D2",
        windows="21:00-6:00；12:00至14:00",
        corridor="120.15 30.28; 120.16,30.29",
        state="撤销",
    )
    assert (fields["plates"], fields["dumps"]) == (["浙A12345", "浙A54321"], ["D1", "D2"])
    assert fields["windows"] == {
        "windows": [{"from": "21:00", "to": "06:00"}, {"from": "12:00", "to": "14:00"}]
    }
    assert fields["corridor"] == {"line": [[120_150_000, 30_280_000], [120_160_000, 30_290_000]]}
    assert (fields["state"], fields["version"], fields["checkpoints"]) == ("revoked", 1, None)
    assert read("permit", windows=" ")["windows"] == {"windows": []}
    ring = read("site", area="120.1 30.2;120.2 30.2;120.2 30.3", category="消纳场")
    assert len(ring["area"]["ring"]) == 4 and ring["area"]["ring"][0] == ring["area"]["ring"][-1]
    assert ring["category"] == "dump"
    as_record = {"windows": []}
    assert (
        read("permit", windows=as_record)["windows"]
        == as_record
        == read("permit", windows='{"windows": []}')["windows"]
    )


@pytest.mark.parametrize(
    ("register", "name", "cell"),
    [
        ("truck", "rated_kg", "十五吨"), ("truck", "valid_from", "昨天"), ("truck", "valid_to", "9999-12-31"),
        ("permit", "version", "1.5"), ("permit", "windows", "晚上"), ("permit", "windows", "{"),
        ("permit", "corridor", "120.1 x"), ("site", "area", "NaN 1; 2 2; 3 3"),
        ("site", "area", "1e999999 2"),
    ],
)  # fmt: skip
def test_what_can_not_be_read_names_its_field(register: str, name: str, cell: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read(register, **{name: cell})
    assert refusal.value.code == "cell" and name in refusal.value.message


def test_a_column_too_few_or_twice_is_told() -> None:
    for columns, code in (
        (["号牌"], "column-missing"),
        (["plate", "号牌", "终端号", "生效时间"], "column-twice"),
    ):
        with pytest.raises(InvalidInput) as refusal:
            field_names("terminal", columns)
        assert refusal.value.code == code
