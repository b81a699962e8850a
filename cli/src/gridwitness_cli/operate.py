"""Commands that run a deployment: up, serve, migrate."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from typing import Annotated

import httpx
import typer
import uvicorn
from gridwitness.errors import GridWitnessError, Unavailable
from gridwitness.migration import migrate as migrate_database
from gridwitness.settings import Settings, load_settings
from gridwitness.worker import Worker
from gridwitness_api import create_app
from rich.console import Console
from sqlalchemy.exc import OperationalError

from gridwitness_cli.collector import collect_rarely
from gridwitness_cli.decoders import all_decoders
from gridwitness_cli.demo.accounts import ACCOUNTS, PASSWORD, make_demo_accounts, refuse_demo_home
from gridwitness_cli.demo.district_cast import SEATS
from gridwitness_cli.processes import LOG_FORMAT, Child, Supervisor, follow_parent
from gridwitness_cli.provisioning import FirstLogin, provision
from gridwitness_cli.runtime import found_parts, running_parts, write_run_file

errors = Console(stderr=True, highlight=False)


def up(
    port: Annotated[int | None, typer.Option(help="Port of the API on 127.0.0.1.")] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="Demo accounts with known passwords. Never for real use.")
    ] = False,
) -> None:
    """Run the whole platform in the foreground until SIGTERM. 前台运行整个平台。"""
    overrides = {
        key: value for key, value in {"port": port, "demo_mode": demo or None}.items() if value is not None
    }
    settings = load_settings(**overrides)
    refuse_demo_home(settings)
    # Also before the supervisor is there, SIGTERM stops what was started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    follow_parent()
    with running_parts(settings, keep=True) as parts:
        platform = parts.platform("gridwitness-up")
        try:
            login = provision(parts, platform)
            if settings.demo_mode:
                make_demo_accounts(platform)
        finally:
            platform.close()
        _greet(settings, login)
        environment = _child_environment(settings)
        children = [
            Child("worker", ["worker"], environment),
            Child("api", ["serve", "--port", str(settings.port)], environment),
            Child("duty", ["duty"], environment),
        ]
        if settings.gat1400_port is not None or settings.jt808_port is not None:
            children.append(Child("ingest", ["ingest", "serve"], environment))
        if settings.detects:
            children.append(Child("detector", ["detector"], environment))
        write_run_file(settings, port=settings.port, pid=os.getpid())
        threading.Thread(target=_announce, args=(settings,), daemon=True).start()
        Supervisor(children, parts.look_after).run()


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(help="Port of the API.")] = None,
) -> None:
    """Run the API only; database and chain must be running. 仅运行接口服务。"""
    settings = load_settings(**({} if port is None else {"port": port}))
    refuse_demo_home(settings)
    follow_parent()
    logging.basicConfig(level=settings.log_level, format=LOG_FORMAT)
    platform = found_parts(settings).platform("gridwitness-api")
    _check_standing(Worker(platform))
    application = create_app(platform, all_decoders)
    collect_rarely()
    uvicorn.run(
        application,
        host=host,
        port=settings.port,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=5,  # streams of movements have no end of their own
    )


def migrate() -> None:
    """Bring database and contracts to readiness for this release. 升级数据库并完成部署准备。"""
    settings = load_settings()
    with running_parts(settings) as parts:
        revision = migrate_database(parts.urls.owner)
        platform = parts.platform("gridwitness-migrate")
        try:
            login = provision(parts, platform)
        finally:
            platform.close()
    typer.echo(f"database revision {revision}")
    _greet(settings, login)


def _check_standing(running: Worker) -> None:
    """Serve no database that is behind its contract. Where a part is away this shows later, and ends us then.

    Without the chain records are accepted meanwhile, and wait for their anchor; without the database every
    answer is 503.
    """
    try:
        running.check_standing()
    except (Unavailable, OperationalError):
        threading.Thread(target=_check_standing_later, args=(running,), daemon=True).start()


def _check_standing_later(running: Worker) -> None:
    try:
        running.await_standing(threading.Event())
    except GridWitnessError as error:
        logging.getLogger("gridwitness.api").error("%s [%s]", error, error.code)
        os.kill(os.getpid(), signal.SIGTERM)


def _child_environment(settings: Settings) -> dict[str, str]:
    own = {"GRIDWITNESS_HOME": str(settings.home), "GRIDWITNESS_PORT": str(settings.port)}
    quiet = {"GRIDWITNESS_LOG_LEVEL": "WARNING"}
    return {**quiet, **os.environ, **own, "GRIDWITNESS_DEMO_MODE": "true" if settings.demo_mode else "false"}


def _greet(settings: Settings, login: FirstLogin | None) -> None:
    if settings.demo_mode:
        names = ", ".join(("admin", *(account.username for account in (*ACCOUNTS, *SEATS))))
        errors.print(f"Demo accounts 演示账号: {names} · 密码 password: [bold]{PASSWORD}")
    elif login is not None:
        errors.print(
            f"First administrator 首个管理员: [bold]{login.username}[/] 密码 password: [bold]{login.password}"
        )
        errors.print(
            "It is shown once and kept nowhere; change it after the first login. 仅显示一次，请登录后修改。"
        )
    errors.print(f"home {settings.home} · trust file {settings.trust_file}")


def _announce(settings: Settings) -> None:
    url = f"http://127.0.0.1:{settings.port}"
    for _ in range(600):
        try:
            if httpx.get(f"{url}/readyz", timeout=2).status_code == httpx.codes.OK:
                errors.print(f"GridWitness is up 已就绪: [bold]{url}[/]  (Ctrl-C to stop)")
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    errors.print(f"The API at {url} is not ready yet; see `gridwitness doctor`.")
