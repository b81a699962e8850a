"""A whole platform in this process: PostgreSQL, Anvil, one founded agency, first heads anchored."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from gridwitness.clock import SystemClock
from gridwitness.migration import migrate
from gridwitness.platform import Platform, open_platform
from gridwitness.provision import deploy_contracts, found, publish_rules, record_manifests
from gridwitness.settings import load_settings
from gridwitness.worker import Worker
from gridwitness_chain import Anvil
from support.postgres import database_server, new_home

AGENCY = "330100CG"


@contextmanager
def founded_platform() -> Iterator[Platform]:
    """The platform; everything is stopped and removed at the end."""
    server = database_server()
    server.prepare("migrated", lambda urls: migrate(urls.owner))
    urls = server.fresh("migrated")
    home = new_home()
    settings = load_settings(home=home)
    engine = Anvil(home / "chain")
    engine.start()
    platform = open_platform(settings, SystemClock(), urls.app, engine.url)
    try:
        deploy_contracts(platform, AGENCY)
        found(platform, AGENCY, "杭州市城市管理局")
        record_manifests(platform, AGENCY)
        publish_rules(platform, AGENCY)
        anchor_all(platform)
        yield platform
    finally:
        platform.close()
        engine.stop()
        server.drop(urls)
        shutil.rmtree(home, ignore_errors=True)


def anchor_all(platform: Platform) -> None:
    """Work until everything accepted is anchored."""
    worker = Worker(platform)
    while worker.round():
        pass
