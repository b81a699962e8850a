"""`docker-compose.yml` against the Compose Specification and our own rules.

Run as `python -m support.compose` from `tests`; exit 1 names what is wrong.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE_FILE = ROOT / "docker-compose.yml"
ENVIRONMENT_EXAMPLE = ROOT / ".env.example"
SCHEMA = ROOT / "tests/conformance/repository/compose_spec/compose-spec.json"

# Jobs that run to their end, so that nothing has to watch whether they live.
ONE_SHOTS = {"migrate"}

_VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)(:[-?][^}]*)?\}")
_SECRET_NAME = re.compile(r"PASSWORD|SECRET|TOKEN|MNEMONIC|PRIVATE")
_PASSWORD_IN_URL = re.compile(r"://[^:/@\s]+:([^@\s]+)@")


def compose_findings(text: str, environment_example: str) -> list[str]:
    """What is wrong with a compose file, one sentence each; `environment_example` is that file too."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        return [f"not YAML: {error}"]
    found = [*_schema_findings(document)]
    if found:
        return found
    for name, service in document["services"].items():
        found += [f"{name}: {finding}" for finding in _service_findings(name, service, document)]
    found += _variable_findings(text, environment_example)
    return found


def _schema_findings(document: Any) -> Iterator[str]:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    for error in jsonschema.Draft7Validator(schema).iter_errors(document):
        place = "/".join(str(step) for step in error.absolute_path)
        yield f"against the Compose Specification at {place or 'the top'}: {error.message[:300]}"


def _service_findings(name: str, service: dict[str, Any], document: dict[str, Any]) -> Iterator[str]:
    yield from _privilege_findings(service)
    if name in ONE_SHOTS:
        if service.get("restart") != "no":
            yield "a one-shot job is not restarted"
    else:
        if service.get("restart") not in ("unless-stopped", "always"):
            yield "is not restarted after a crash"
        if not service.get("healthcheck", {}).get("test"):
            yield "has no health check"
    if "build" not in service and not re.search(r":v?\d", service.get("image", "")):
        yield "its image is not pinned to a version"
    for port in service.get("ports", []):
        if not str(port).startswith("127.0.0.1:"):
            yield f"port {port} is published beyond this machine"
    for other, how in service.get("depends_on", {}).items():
        wanted = "service_completed_successfully" if other in ONE_SHOTS else "service_healthy"
        if other not in document["services"] or how.get("condition") != wanted:
            yield f"does not wait until {other} is {wanted}"
    for variable, value in service.get("environment", {}).items():
        yield from _secret_findings(variable, str(value))


def _privilege_findings(service: dict[str, Any]) -> Iterator[str]:
    if service.get("read_only") is not True:
        yield "its file system is writable"
    if service.get("cap_drop") != ["ALL"] or service.get("cap_add"):
        yield "keeps capabilities"
    if "no-new-privileges:true" not in service.get("security_opt", []):
        yield "may gain privileges"
    if not re.fullmatch(r"[1-9]\d*:[1-9]\d*", str(service.get("user", ""))):
        yield "runs as root, or as whom the image says"
    for key in ("privileged", "network_mode", "pid", "ipc", "devices"):
        if service.get(key):
            yield f"has {key}"
    for volume in service.get("volumes", []):
        if not re.match(r"[a-z]", str(volume)):
            yield f"mounts {volume} from the host"


def _secret_findings(variable: str, value: str) -> Iterator[str]:
    secrets = [value] if _SECRET_NAME.search(variable) else _PASSWORD_IN_URL.findall(value)
    for secret in secrets:
        form = _VARIABLE.fullmatch(secret)
        if form is None or not (form[2] or "").startswith(":?"):
            yield f"{variable} holds a secret that .env does not have to give"


def _variable_findings(text: str, environment_example: str) -> Iterator[str]:
    listed = dict(re.findall(r"^#?([A-Z][A-Z0-9_]*)=(.*)$", environment_example, flags=re.MULTILINE))
    used = {name for name, _ in _VARIABLE.findall(text)}
    for name in sorted(used - listed.keys()):
        yield f".env.example does not name {name}"
    for name in sorted(listed.keys() - used):
        yield f".env.example names {name}, which docker-compose.yml does not use"
    for name, value in listed.items():
        if _SECRET_NAME.search(name) and value.strip():
            yield f".env.example gives {name} a value"


def main() -> int:
    """Report on this checkout's file; 1 when something is wrong."""
    found = compose_findings(
        COMPOSE_FILE.read_text(encoding="utf-8"), ENVIRONMENT_EXAMPLE.read_text(encoding="utf-8")
    )
    for finding in found:
        print(f"{COMPOSE_FILE.name}: {finding}", file=sys.stderr)
    print(f"compose: {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
