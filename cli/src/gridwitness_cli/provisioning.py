"""What every start does first: schema, contracts, founding agency, manifest, trust file."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from gridwitness.database import create_engine_for, load_models
from gridwitness.errors import Misconfigured
from gridwitness.manifest import check_manifest
from gridwitness.members.models import AccountRow
from gridwitness.migration import migrate
from gridwitness.platform import Platform
from gridwitness.provision import deploy_contracts, found, publish_rules, record_manifests, write_trust
from gridwitness.worker import Worker
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridwitness_cli.runtime import Parts

ADMIN = "admin"


@dataclass(frozen=True)
class FirstLogin:
    """The administrator made at the first start; the password is shown once and kept nowhere."""

    username: str
    password: str


def provision(parts: Parts, platform: Platform) -> FirstLogin | None:
    """Make the deployment ready, or see that it is. Raises Misconfigured where its parts disagree."""
    settings = parts.settings
    for folder in (settings.files_dir, settings.log_dir):
        folder.mkdir(parents=True, exist_ok=True)
    migrate(parts.urls.owner)
    _require_declared(parts.urls.owner)
    deploy_contracts(platform, settings.agency_code)
    found(platform, settings.agency_code, settings.agency_name)
    record_manifests(platform, settings.agency_code)
    publish_rules(platform, settings.agency_code)
    Worker(platform).check_standing()
    write_trust(platform)
    return _founding_admin(platform)


def _require_declared(owner_url: str) -> None:
    engine = create_engine_for(owner_url, application="gridwitness-manifest")
    try:
        with engine.connect() as connection:
            findings = check_manifest(load_models(), connection)
    finally:
        engine.dispose()
    if findings:
        raise Misconfigured(
            "manifest-differs",
            f"The database is not what this release declares: {'; '.join(map(str, findings[:5]))}",
            "undo the change by hand, or run the release that made it",
        )


def _founding_admin(platform: Platform) -> FirstLogin | None:
    with platform.transaction() as session:
        if session.scalar(select(func.count()).select_from(AccountRow)):
            return None
        return first_admin(platform, session, platform.settings.agency_code, ADMIN)


def first_admin(platform: Platform, session: Session, agency: str, username: str) -> FirstLogin:
    """An administrator with a random password: nobody in a new agency could make one. Raises Conflict."""
    login = FirstLogin(username, secrets.token_urlsafe(15))
    platform.accounts.create(
        session,
        agency=agency,
        username=login.username,
        display_name=None,
        password=login.password,
        roles=["administrator"],
        by=None,
    )
    return login
