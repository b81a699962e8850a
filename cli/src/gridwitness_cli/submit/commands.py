"""`gridwitness submit`: where the device's commands get their names."""

from __future__ import annotations

import typer

from gridwitness_cli.submit import key_commands, platform_commands, send_command, sign_command

app = typer.Typer(
    help="The officer's device: keys, signing offline, sending. 执法人员设备：密钥、离线签名、提交。",
    no_args_is_help=True,
)
app.add_typer(key_commands.app, name="key")
app.command("login")(platform_commands.login)
app.command("head")(platform_commands.head)
app.command("sign")(sign_command.sign)
app.command("send")(send_command.send)
app.command("evidence")(platform_commands.evidence)
