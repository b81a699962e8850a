"""`gridwitness case`: where its commands get their names, and the device they run on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gridwitness_cli.case import (
    cosign_command,
    draft_commands,
    list_command,
    paper_commands,
    reading_commands,
    shortcut_commands,
    step_commands,
)
from gridwitness_cli.case.device_folder import DeviceFolder

app = typer.Typer(
    help="Enforcement cases on the officer's device: step by step, with the law that allows it. "
    "执法案件：按法定程序逐步办理，在本人设备上签名。",
    no_args_is_help=True,
)


@app.callback()
def device(
    context: typer.Context,
    folder: Annotated[
        Path,
        typer.Option(
            envvar="GRIDWITNESS_DEVICE_FOLDER",
            help="Key, token, drafts and receipts: signing.key, token, drafts/, receipts/. 设备文件夹",
        ),
    ] = Path("~/.gridwitness"),
    url: Annotated[
        str | None,
        typer.Option(envvar="GRIDWITNESS_URL", help="The platform; not needed offline. 平台地址"),
    ] = None,
    key_file: Annotated[
        Path | None, typer.Option("--key", help="Signing key, else FOLDER/signing.key. 签名密钥")
    ] = None,
    token_file: Annotated[
        Path | None, typer.Option(help="Token of `submit login`, else FOLDER/token. 登录令牌")
    ] = None,
    passphrase_file: Annotated[
        Path | None,
        typer.Option(
            envvar="GRIDWITNESS_PASSPHRASE_FILE",
            help="The key's passphrase; else GRIDWITNESS_PASSPHRASE, else asked for. 密钥口令文件",
        ),
    ] = None,
) -> None:
    """Which device, and which platform."""
    folder = folder.expanduser()
    context.obj = DeviceFolder(
        folder, url, key_file or folder / "signing.key", token_file or folder / "token", passphrase_file
    )


app.command("open")(step_commands.open_case)
app.command("advance")(step_commands.advance)
app.command("check")(step_commands.check)
app.command("attach")(shortcut_commands.attach)
app.command("decide")(shortcut_commands.decide)
app.command("close")(shortcut_commands.close)
app.command("cosign")(cosign_command.cosign)
app.command("next")(reading_commands.next_steps)
app.command("show")(reading_commands.show)
app.command("timeline")(reading_commands.timeline)
app.command("clocks")(reading_commands.clocks)
app.command("list")(list_command.list_cases)
app.command("document")(paper_commands.document)
app.command("file")(paper_commands.case_file)
app.command("fetch")(draft_commands.fetch)
app.add_typer(draft_commands.app, name="draft")
