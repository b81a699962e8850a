"""Parts of addresses, each with its form: what does not match never reaches a query or a path."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

AGENCY_FORM = r"^[0-9A-Z]{6,18}$"
LOG_FORM = r"^[0-9A-Z]{6,18}(-([2-9]|[1-9][0-9]{1,3}))?$"
SUBJECT_FORM = r"^[0-9a-f]{32}$"
KIND_FORM = r"^[a-z][a-z0-9]*(\.[a-z][a-z0-9]*)+\.v[1-9][0-9]{0,2}$"
UUID_FORM = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
DIGEST_FORM = r"^[A-Za-z0-9_-]{43}$"
SHA256_FORM = r"^[0-9a-f]{64}$"
WORD_FORM = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
DATE_FORM = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
DEVICE_FORM = r"^[^\x00-\x1f\x7f]+$"
TEXT_FORM = r"^[^\x00-\x1f\x7f]+$"

Jti = Annotated[
    str,
    Path(
        pattern=UUID_FORM,
        description="记录编号 jti of the record",
        examples=["0198f2a0-7c11-7abc-8def-0123456789ab"],
    ),
]
AccountId = Annotated[
    str,
    Path(
        pattern=UUID_FORM,
        description="账号编号 Account id",
        examples=["2f1c1b5e-8a43-4a5e-9a2c-0b7b7b1f6f10"],
    ),
]
ErasureId = Annotated[
    str,
    Path(
        pattern=UUID_FORM,
        description="删除申请编号 Erasure id",
        examples=["7d0a3c2e-55b1-4c7e-8f60-3a9a4f6f1e22"],
    ),
]
Subject = Annotated[
    str,
    Path(
        pattern=SUBJECT_FORM,
        description="主体编号 Subject, 32 hex",
        examples=["9f86d081884c7d659a2feaa0c55ad015"],
    ),
]
Sha256 = Annotated[
    str,
    Path(pattern=SHA256_FORM, description="文件摘要 SHA-256, lower-case hex", examples=["9f86d081" * 8]),
]
LogName = Annotated[
    str,
    Path(pattern=LOG_FORM, max_length=23, description="日志名 Name of a log", examples=["310000CG01"]),
]
Agency = Annotated[
    str, Path(pattern=AGENCY_FORM, description="机关代码 Agency code", examples=["310000CG01"])
]
Kid = Annotated[
    str,
    Path(
        pattern=DIGEST_FORM,
        description="密钥指纹 RFC 7638 thumbprint",
        examples=["NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"],
    ),
]
QualificationId = Annotated[
    str,
    Path(
        pattern=UUID_FORM,
        description="资格编号 Qualification id",
        examples=["7d0a3c2e-55b1-4c7e-8f60-3a9a4f6f1e22"],
    ),
]
ProcedureVersion = Annotated[
    str, Path(pattern=SHA256_FORM, description="程序版本 Version, lower-case hex", examples=["3f" * 32])
]
Year = Annotated[int, Path(ge=1949, le=9999, description="年份 Year", examples=[2026])]
DeviceName = Annotated[
    str,
    Path(pattern=DEVICE_FORM, max_length=128, description="设备编号 Device", examples=["330106-K017"]),
]

LogQuery = Annotated[
    str | None, Query(alias="log", pattern=LOG_FORM, max_length=23, description="只看此日志 Only this log")
]
KindQuery = Annotated[
    str | None, Query(alias="kind", pattern=KIND_FORM, max_length=64, description="记录类型 Kind of record")
]
SubjectQuery = Annotated[str | None, Query(alias="sub", pattern=SUBJECT_FORM, description="主体编号 Subject")]
Cursor = Annotated[
    str | None, Query(max_length=256, description="上一页的 next Value of `next` on the page before")
]
Limit = Annotated[int, Query(ge=1, le=500, description="每页条数 Most items on a page")]
AgencyQuery = Annotated[
    str | None,
    Query(alias="agency", pattern=AGENCY_FORM, description="机关，默认本机关 Agency; default: one's own"),
]
Personal = Annotated[
    bool,
    Query(
        description="含个人信息，查阅留痕 With personal data, where the role allows; the reading is recorded"
    ),
]
