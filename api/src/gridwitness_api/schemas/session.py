"""Login and the logged-in account."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, StringConstraints

from gridwitness_api.schemas.forms import Answer, Form, example

_ACCOUNT = "2f1c1b5e-8a43-4a5e-9a2c-0b7b7b1f6f10"


class Login(Form):
    """User name and password 用户名和密码."""

    model_config = ConfigDict(
        json_schema_extra=example({"username": "li.ming", "password": "a long pass phrase"})
    )

    username: Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00]*$")]
    password: Annotated[str, StringConstraints(min_length=1, max_length=1024)]


class Token(Answer):
    """A bearer token 令牌: send it as `Authorization: Bearer …`."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "token": "Zm9yLWV4YW1wbGUtb25seS1ub3QtYS1yZWFsLXRva2Vu",
                "token_type": "Bearer",
                "expires_at": "2026-03-02T20:00:00Z",
            }
        )
    )

    token: str
    token_type: Literal["Bearer"]
    expires_at: str


class GrantView(Answer):
    """A role 角色 in an agency; `scope` is a grid, or null for the whole agency."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {"role": "officer", "title_zh": "执法人员", "agency": "310000CG01", "scope": None}
        )
    )

    role: str
    title_zh: str
    agency: str
    scope: str | None


class Me(Answer):
    """The account that asks 当前账号."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "account": _ACCOUNT,
                "agency": "310000CG01",
                "username": "li.ming",
                "roles": [{"role": "officer", "title_zh": "执法人员", "agency": "310000CG01", "scope": None}],
            }
        )
    )

    account: str
    agency: str
    username: str
    roles: list[GrantView]
