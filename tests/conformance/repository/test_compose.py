"""The server mode's compose file holds the specification and our rules, and each rule is shown to fail."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from support.command_words import unknown_words
from support.compose import COMPOSE_FILE, ENVIRONMENT_EXAMPLE, ROOT, compose_findings

COMPOSE = COMPOSE_FILE.read_text(encoding="utf-8")
ENVIRONMENT = ENVIRONMENT_EXAMPLE.read_text(encoding="utf-8")


def test_the_compose_file_is_in_order() -> None:
    assert compose_findings(COMPOSE, ENVIRONMENT) == []


@pytest.mark.parametrize(
    ("before", "after", "finding"),
    [
        ("services:\n", "servces:\n", "against the Compose Specification"),
        ("interval: 60s", "intervall: 60s", "against the Compose Specification"),
        ("  read_only: true", "  read_only: false", "file system is writable"),
        ("cap_drop: [ALL]", "cap_drop: [NET_RAW]", "keeps capabilities"),
        ('"no-new-privileges:true"', '"seccomp:unconfined"', "may gain privileges"),
        ('user: "999:999"', 'user: "0:0"', "runs as root"),
        ('    user: "1000:1000"\n', "", "runs as root"),
        ('restart: "no"', "restart: always", "a one-shot job is not restarted"),
        ("restart: unless-stopped", 'restart: "no"', "is not restarted after a crash"),
        (
            '      test: ["CMD", "gridwitness", "doctor", "--part", "database", '
            '"--part", "chain", "--part", "worker"]\n',
            "",
            "has no health check",
        ),
        ("ganache:v7.9.2", "ganache:latest", "not pinned"),
        ('"127.0.0.1:${GRID', '"${GRID', "published beyond this machine"),
        (
            "migrate: { condition: service_completed_successfully }",
            "migrate: { condition: service_started }",
            "wait",
        ),
        ("${GRIDWITNESS_DATABASE_PASSWORD:?set it in .env}@", "secret@", "holds a secret"),
        (
            "${GRIDWITNESS_DATABASE_PASSWORD:?set it in .env}@",
            "${GRIDWITNESS_DATABASE_PASSWORD:-x}@",
            "holds a secret",
        ),
        (
            'PASSWORD: "${GRIDWITNESS_DATABASE_PASSWORD:?set it in .env}"',
            "PASSWORD: changeme",
            "holds a secret",
        ),
        (
            "${GRIDWITNESS_PUBLISHED_PORT:-8000}",
            "${GRIDWITNESS_UNTOLD:-8000}",
            "does not name GRIDWITNESS_UNTOLD",
        ),
        ('volumes: ["home:/var', 'volumes: ["/srv:/var', "from the host"),
    ],
)
def test_names_what_breaks_a_rule(before: str, after: str, finding: str) -> None:
    assert before in COMPOSE
    assert finding in "\n".join(compose_findings(COMPOSE.replace(before, after), ENVIRONMENT))


def test_the_example_gives_no_secret_a_value() -> None:
    given = ENVIRONMENT.replace("GRIDWITNESS_DATABASE_PASSWORD=", "GRIDWITNESS_DATABASE_PASSWORD=changeme")
    assert compose_findings(COMPOSE, given) == [".env.example gives GRIDWITNESS_DATABASE_PASSWORD a value"]


def _platform_commands() -> list[list[str]]:
    services = yaml.safe_load(COMPOSE)["services"].values()
    commands = [service.get("command", []) for service in services]
    commands += [service.get("healthcheck", {}).get("test", [])[1:] for service in services]
    return [command for command in commands if command[:1] == ["gridwitness"]]


@pytest.mark.parametrize("command", _platform_commands(), ids=" ".join)
def test_commands_are_words_of_the_command_line(command: list[str]) -> None:
    assert unknown_words(command[1:]) == []


def test_docker_itself_reads_the_compose_file(tmp_path: Path) -> None:
    docker = shutil.which("docker")
    known = (
        docker
        and subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode == 0
    )
    if not known:
        pytest.skip(
            "no `docker compose` on this machine; the file was checked against the specification's schema"
        )
    filled = tmp_path / "filled.env"
    filled.write_text("GRIDWITNESS_DATABASE_PASSWORD=0\nGRIDWITNESS_CHAIN_ID=20250\n", encoding="utf-8")
    command = [
        str(docker),
        "compose",
        "--file",
        str(COMPOSE_FILE),
        "--env-file",
        str(filled),
        "config",
        "--quiet",
    ]
    read = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert read.returncode == 0, read.stderr


def test_the_image_runs_unprivileged_on_what_make_uses() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert re.findall(r"^USER (.+)$", dockerfile, flags=re.MULTILINE)[-1] == "10001:10001"
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    pinned = re.search(r"^UV_VERSION := (\S+)$", makefile, flags=re.MULTILINE)
    assert pinned and f"uv=={pinned[1]}" in dockerfile


def test_secrets_and_deployments_stay_out_of_the_image() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    kept = [rule.removeprefix("!") for rule in rules if rule.startswith("!")]
    assert [rule for rule in kept if not list(ROOT.glob(rule))] == []
    assert [
        rule for rule in kept if rule.split("/")[0] in {".env", "var", ".git", ".venv", "node_modules"}
    ] == []
