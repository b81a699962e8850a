"""Agencies, accounts and roles."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from gridwitness_api.schemas.forms import AgencyCode, Answer, Form, Name, Text, example
from gridwitness_api.schemas.session import GrantView

_AGENCY = {"code": "310000CG01", "name": "市城管执法局", "sub": "9f86d081884c7d659a2feaa0c55ad015"}
_GRANT = {"role": "officer", "title_zh": "执法人员", "agency": "310000CG01", "scope": None}
_ACCOUNT = {
    "id": "2f1c1b5e-8a43-4a5e-9a2c-0b7b7b1f6f10",
    "agency": "310000CG01",
    "username": "li.ming",
    "display_name": "李明",
    "active": True,
    "roles": [_GRANT],
}

Password = Annotated[str, StringConstraints(min_length=1, max_length=1024)]
RoleName = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,32}$")]


class AgencyView(Answer):
    """An agency 行政机关."""

    model_config = ConfigDict(json_schema_extra=example(_AGENCY))

    code: str
    name: str
    sub: str


class AgencyList(Answer):
    """The agencies of this deployment 机关列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_AGENCY]}))

    items: list[AgencyView]


class NewAccount(Form):
    """An account to open 新建账号; `roles` are held in its own agency."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "agency": "310000CG01",
                "username": "li.ming",
                "display_name": "李明",
                "password": "a long pass phrase",
                "roles": ["officer"],
            }
        )
    )

    agency: AgencyCode
    username: Name
    display_name: Text | None = None
    password: Password
    roles: Annotated[list[RoleName], Field(max_length=32, default_factory=list)]


class AccountView(Answer):
    """An account 账号."""

    model_config = ConfigDict(json_schema_extra=example(_ACCOUNT))

    id: str
    agency: str
    username: str
    display_name: str | None
    active: bool
    roles: list[GrantView]


class AccountPage(Answer):
    """A page of accounts 账号列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_ACCOUNT], "next": None}))

    items: list[AccountView]
    next: str | None


class NewGrant(Form):
    """A role to give 授予角色; `scope` is a grid, null for the whole agency."""

    model_config = ConfigDict(
        json_schema_extra=example({"role": "auditor", "agency": "310000CG01", "scope": None})
    )

    role: RoleName
    agency: AgencyCode
    scope: Name | None = None


class NewPassword(Form):
    """A new password 新密码. Who changes their own gives the present one too."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {"password": "another long phrase", "current_password": "a long pass phrase"}
        )
    )

    password: Password
    current_password: Password | None = None
