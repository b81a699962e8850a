"""A deployment of one agency."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from gridwitness.provision import admit
from gridwitness_chain import log_id
from support.attack import (
    ADMINISTRATOR,
    REGISTRAR,
    Judge,
    attack,
)
from support.attack_target import Stage, Target, standing
from support.platform import CITY, POLICE


@pytest.fixture(scope="module")
def alone() -> Iterator[Stage]:
    with standing(agencies=1) as stage:
        yield stage


@pytest.fixture
def lone(alone: Stage) -> Iterator[Target]:
    with alone.target() as target:
        yield target


@attack(
    "keys of a deployment of one agency, which alone stands for them",
    "单一机关部署中仅由本机关自称的密钥",
    by=REGISTRAR,
    exit_code=0,
    found="vouching::claimed",
    said="records are signed by keys that only their own agency stands for",
)
def test_alone_for_ones_keys(lone: Target, judge: Judge) -> None:
    judge(lone.audit())


@attack(
    "the log of a deployment of one agency closed, and its successor not pinned",
    "单一机关自行关闭日志并另起",
    by=ADMINISTRATOR,
    exit_code=1,
    found="anchors:successor-unknown vouching::claimed",
    located="log",
)
def test_log_closed_alone(lone: Target, judge: Judge) -> None:
    chain, log = lone.platform.chain, lone.running.log()
    record_log = chain.contracts.record_log
    state = record_log.log_of(log_id(log.origin))
    assert state is not None
    call = record_log.close_log(
        log_id(log.origin), state.size, state.root, [], f"{log.origin}-2", chain.registrar(CITY).address
    )
    chain.decide([CITY], record_log, call)
    judge(lone.audit(), anchors={"log": CITY})


@attack(
    "a straw agency admitted to vouch for the first one's keys",
    "单一机关接纳傀儡机关为其密钥背书",
    by=ADMINISTRATOR,
    exit_code=0,
    said=f"vouching: proved: vouched by {CITY}, {POLICE}",
)
def test_straw_agency(lone: Target, judge: Judge) -> None:
    """Two accounts in one hand: the report can only name who vouched."""
    admit(lone.platform, POLICE, "傀儡机关")
    clerk = lone.running.officer("clerk")
    record = clerk.step()
    lone.running.accept(record)
    lone.running.drain()
    judge(lone.check(lone.bundle(record), trust=lone.proposed_trust()))
