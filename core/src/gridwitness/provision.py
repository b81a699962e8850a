"""Provisioning: what a deployment is made of, set up once and checked at every start.

Agencies are founded or admitted in one database transaction each, with the contract calls in between, so
that nothing of an agency is anchored before its service key counts. Every contract call is looked up first:
a crash in between is mended by running it again.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from gridwitness_chain import RemoteEngine, deploy, log_id
from gridwitness_evidence import base64url
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness.case_registry import appoint_recorder, appoint_recorders, ensure_procedure_approved
from gridwitness.chain import DEPLOYMENT_FILE, chain_errors
from gridwitness.clock import SimulatedClock
from gridwitness.database import load_models
from gridwitness.dispatch import publish_dispatch_rules
from gridwitness.durable_file import replace_file
from gridwitness.errors import Conflict, InvalidInput
from gridwitness.events import publish_loop
from gridwitness.hotspot_board import appoint_publisher, appoint_publishers
from gridwitness.members import AgencyRow, SigningKeyRow
from gridwitness.performance import publish_metrics
from gridwitness.platform import Platform
from gridwitness.records import MANIFEST_KIND, Log, LogRow, current_log, put_new
from gridwitness.records.manifest import declared_manifests, next_revision, recorded_manifests
from gridwitness.trucks.detection.publication import publish_truck_rules

TRUST_FORMAT = "gridwitness-trust/v1"


def deploy_contracts(platform: Platform, founding_agency: str) -> None:
    """Deploy the contracts for the founding agency, once; one that a later release brought is added."""
    chain, folder = platform.chain, platform.settings.chain_dir
    registrar = platform.keystore.account("registrar", founding_agency, make=True)
    platform.keystore.account("anchorer", founding_agency, make=True)
    with chain_errors():
        engine = RemoteEngine(chain.rpc_url).start()
        try:
            deployer = platform.keystore.account("deployer", "deployer", make=True)
            deploy(
                engine,
                deployer,
                [(founding_agency, registrar.address)],
                os.urandom(16),
                folder / DEPLOYMENT_FILE,
            )
        finally:
            engine.stop()


def found(platform: Platform, code: str, name: str) -> None:
    """The founding agency: log and service key; recorders and publishers of all agencies. Idempotent."""
    _check_code(code)
    with platform.transaction() as session:
        if session.get(AgencyRow, code) is None:
            _establish(platform, session, code, name, others=[])
    appoint_recorders(platform)
    appoint_publishers(platform)


def admit(platform: Platform, code: str, name: str) -> None:
    """Admit another agency with the approval of those there are; its and their service keys are confirmed
    mutually.

    In an embedded deployment all registrar accounts are in one keystore; elsewhere each agency approves on
    its own. Raises Conflict `agency-exists`, InvalidInput `agency-code`.
    """
    _check_code(code)
    with platform.transaction() as session:
        others = list(session.scalars(select(AgencyRow.code).order_by(AgencyRow.code)))
        if code in others:
            raise Conflict("agency-exists", f"Agency {code} is a member already.", None)
        registrar = platform.keystore.account("registrar", code, make=True)
        platform.keystore.account("anchorer", code, make=True)
        members = platform.chain.contracts.members
        if platform.chain.read(lambda contracts: contracts.members.agency_of(code)) is None:
            platform.chain.decide(others, members, members.admit_agency(code, registrar.address))
        _establish(platform, session, code, name, others)
        for other in others:
            _confirm_service_keys(platform, session, other, confirmer=code)
        appoint_recorder(platform, code, [*others, code])
        appoint_publisher(platform, code, [*others, code])
    write_trust(platform)


def record_manifests(platform: Platform, founding_agency: str) -> None:
    """Record the manifest of every feature whose tables changed since the last one."""
    with platform.transaction() as session:
        log = current_log(session, founding_agency)
        key = platform.keystore.service_key(founding_agency)
        recorded = recorded_manifests(session)
        for feature, tables in sorted(declared_manifests(load_models()).items()):
            last = recorded.get(feature)
            revision = next_revision(None if last is None else last.fields, tables, feature)
            if revision is None:
                continue
            sub = secrets.token_hex(16) if last is None else last.sub
            fields = {"feature": feature, "revision": revision, "tables": tables}
            statement = platform.acceptance.sign_own(
                session, log, MANIFEST_KIND, sub, fields, key=key, iss=founding_agency
            )
            platform.acceptance.accept_one(session, statement, internal=True)


def publish_rules(platform: Platform, founding_agency: str) -> list[str]:
    """Publish this release's rules (procedures, calendars, metrics, …) not published yet; gives names.

    Every published procedure is approved in `CaseRegistry`: without that its cases can't be opened there.
    Raises InvalidInput `jurisdiction-unknown`.
    """
    with platform.transaction() as session:
        published = platform.rules.publish_bundled(session, founding_agency)
        published += publish_truck_rules(platform.rules, session, founding_agency)
        published += publish_dispatch_rules(platform.rules, session, founding_agency)
        published += publish_metrics(platform.rules, session, founding_agency)
        published += publish_loop(platform.rules, session, founding_agency, platform.settings.zone)
    with platform.transaction() as session:
        versions = [
            platform.rules.procedure(session, row.digest)
            for row in platform.rules.versions(session)
            if row.name.startswith("procedure/")
        ]
    for procedure in versions:
        ensure_procedure_approved(platform, procedure.version, procedure.edge_bits())
    return published


def write_trust(platform: Platform) -> dict[str, Any]:
    """Write `trust.json`: what the platform proposes that a verifier should trust."""
    settings, deployment = platform.settings, platform.chain.deployment
    with platform.transaction() as session:
        logs = [
            {
                "origin": row.origin,
                "agency": row.agency,
                "vkey": row.vkey,
                "maximum_merge_delay": row.maximum_merge_delay,
                "predecessor": row.predecessor,
            }
            for row in session.scalars(select(LogRow).order_by(LogRow.name))
        ]
    trust = {
        "format": TRUST_FORMAT,
        "deployment": deployment.deployment,
        "profile": settings.profile,
        "chain": {
            "chain_id": deployment.chain_id,
            "genesis_hash": deployment.genesis_hash,
            "rpc": platform.chain.rpc_url,
        },
        "contracts": deployment.trust(),
        "logs": logs,
        "validators": [],
        "time": {
            "clock": "simulated" if isinstance(platform.clock, SimulatedClock) else "system",
            "tolerance": settings.time_tolerance_seconds,
        },
        "files": "files",
    }
    content = json.dumps(trust, indent=2, ensure_ascii=False).encode() + b"\n"
    if not settings.trust_file.exists() or settings.trust_file.read_bytes() != content:
        replace_file(settings.trust_file, content, mode=0o644)
    return trust


def _check_code(code: str) -> None:
    """Before it becomes part of a file name (`docs/format.md` section 2, `iss`)."""
    if not re.fullmatch(r"[0-9A-Z]{6,18}", code):
        raise InvalidInput(
            "agency-code",
            f"{code!r} is no agency code.",
            "6 to 18 digits and capital letters, such as 330100CG",
        )


def _establish(platform: Platform, session: Session, code: str, name: str, others: list[str]) -> None:
    if not name.strip():
        raise InvalidInput("agency-name", "An agency needs a name.", None)
    log = _open_log(platform, session, code, [*others, code])
    platform.keystore.make_service_key(code)
    admin = platform.keystore.account("registrar", code).address
    sub = secrets.token_hex(16)
    row = put_new(AgencyRow, code=code, name=name, admin=admin, sub=sub)
    platform.acceptance.machine_step(session, log, sub, [row], by=None)
    _offer_service_key(platform, session, code)
    for other in others[:1]:
        _confirm_service_keys(platform, session, code, confirmer=other)


def _open_log(platform: Platform, session: Session, code: str, voters: list[str]) -> Log:
    chain, keystore = platform.chain, platform.keystore
    origin = f"gridwitness/{chain.deployment.deployment}/{code}"
    delay = platform.settings.maximum_merge_delay_seconds
    if chain.read(lambda contracts: contracts.record_log.log_of(log_id(origin))) is None:
        record_log = chain.contracts.record_log
        anchorer = keystore.account("anchorer", code).address
        chain.decide(voters, record_log, record_log.open_log(origin, code, anchorer, delay))
    signer = keystore.make_log_key(code, origin)
    row = LogRow(
        name=code, origin=origin, agency=code, vkey=signer.vkey, maximum_merge_delay=delay, predecessor=None
    )
    session.add(row)
    session.flush()
    return Log(code, origin, code, delay)


def _offer_service_key(platform: Platform, session: Session, code: str) -> None:
    key = platform.keystore.service_key(code)
    thumbprint = base64url.decode(key.kid)
    state = platform.chain.read(lambda contracts: contracts.members.key_of(code, thumbprint))
    if state.registered:  # by a run that was interrupted: the contract's window stands
        window = (_instant(state.not_before), _instant(state.not_after))
    else:
        now = platform.clock.now().replace(microsecond=0)
        # From a little before now: the first block may carry an earlier second than this clock.
        window = (now - timedelta(days=1), now + timedelta(days=365 * platform.settings.service_key_years))
    platform.keys.offer_own(session, code, key, "service", window)


def _instant(unix_seconds: int) -> datetime:
    return datetime.fromtimestamp(unix_seconds, UTC)


def _confirm_service_keys(platform: Platform, session: Session, agency: str, confirmer: str) -> None:
    unconfirmed = session.scalars(
        select(SigningKeyRow.kid).where(
            SigningKeyRow.agency == agency,
            SigningKeyRow.purpose == "service",
            SigningKeyRow.confirmed_by.is_(None),
        )
    ).all()
    for kid in unconfirmed:
        platform.keys.confirm(session, agency, kid, confirmer, by=None)
