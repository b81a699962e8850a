"""Settings of one deployment: read once at the edge from `GRIDWITNESS_…`, then passed down."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from gridwitness.errors import Misconfigured

Profile = Literal["embedded", "server", "consortium"]
Port = Annotated[int, Field(ge=1, le=65535)]
Seconds = Annotated[int, Field(ge=0)]


class Settings(BaseSettings):
    """What an operator may choose; everything a deployment owns lies under `home`.

    URLs may hold passwords, so they are left out of the representation.
    """

    model_config = SettingsConfigDict(env_prefix="GRIDWITNESS_", frozen=True, extra="forbid")

    home: Path = Path("var")
    profile: Profile = "embedded"
    database_url: str | None = Field(default=None, repr=False)
    """Owner's URL of a PostgreSQL 15+; None = the embedded one."""
    rpc_url: str | None = Field(default=None, repr=False)
    """JSON-RPC of the chain; None = our own Ganache."""
    port: Port = 8000
    public_url: str | None = Field(default=None, pattern=r"^https?://[!-~]{1,200}$")
    """What people reach the platform by: verification links and QR codes begin with it. None = this machine,
    at `port`.
    """
    database_port: Port | None = None
    """None = a free port, chosen once and remembered under `home`; the same for `chain_port`."""
    chain_port: Port | None = None
    agency_code: str = Field(default="330100CG", pattern=r"^[0-9A-Z]{6,18}$")
    """The founding agency, made at the first start; later changes of these two have no effect."""
    agency_name: str = "示范市城市管理局"
    jurisdiction: str = Field(default="national", pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    """Whose numbers are laid over the national procedures (hearing thresholds are provincial)."""
    service_key_years: Annotated[int, Field(ge=1, le=30)] = 10
    """How long an agency's own signing key, made when it is founded or admitted, is in force."""
    demo_mode: bool = False
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """Of `serve` and `worker`; INFO has a line per request. `up` gives its children WARNING unless told."""
    simulated_clock: bool = False
    """Start with a simulated clock; once begun, `clock_file` keeps it."""
    time_zone: str = "Asia/Shanghai"
    time_tolerance_seconds: Seconds = 120
    maximum_merge_delay_seconds: Annotated[int, Field(gt=0)] = 3600
    anchor_interval_seconds: Annotated[float, Field(gt=0)] = 2
    file_size_limit_bytes: Annotated[int, Field(gt=0)] = 50 * 1024 * 1024
    file_types: Annotated[tuple[str, ...] | None, NoDecode] = None
    """Media types of files that are taken, with commas between them; None = what officers hand in."""
    token_lifetime_seconds: Annotated[int, Field(gt=0)] = 12 * 3600
    retention_days: Annotated[int, Field(gt=0)] = 3 * 365
    gat1400_port: Port | None = None
    """Ports of the doors for outside data; None = that door stays shut. `ingest_host`: where they listen."""
    jt808_port: Port | None = None
    jt808_feed: str = Field(default="jt808", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    """The feed to which all that terminals send belongs: registered for door `jt808`."""
    ingest_metrics_port: Port | None = None
    """Where the doors' process answers /metrics and /healthz, on 127.0.0.1."""
    ingest_host: str = "127.0.0.1"
    ingest_certificate: Path | None = None
    """PEM of the doors' own TLS certificate and key; with `ingest_client_ca` clients have to show one too."""
    ingest_key: Path | None = None
    ingest_client_ca: Path | None = None
    gat1400_pictures: bool = True
    """Keep the pictures of vehicles and plates that come with passages; faces never are."""
    feed_batch_seconds: Annotated[int, Field(gt=0, le=90)] = 60
    """How long messages wait for their batch; an audit calls two minutes too long."""
    detector: bool | None = None
    """Whether `up` runs a detector; None = where a door for outside data is open."""
    detection_interval_seconds: Annotated[float, Field(gt=0, le=30)] = 5
    duty_interval_seconds: Annotated[float, Field(gt=0, le=300)] = 5
    """How often overdue events and notices are looked at."""
    sighting_retention_days: Annotated[int, Field(gt=0)] = 90
    """How long passages, positions and what the feeds sent are kept."""
    hotspot_resolution: Annotated[int, Field(ge=6, le=10)] = 8
    hotspot_period_days: Annotated[int, Field(gt=0)] = 7
    hotspot_floor: Annotated[int, Field(ge=3)] = 5
    """Least number of distinct trucks for which a cell is shown."""

    @field_validator("home")
    @classmethod
    def _absolute_home(cls, home: Path) -> Path:
        return home.expanduser().absolute()

    @field_validator("database_url", "rpc_url", "public_url", mode="before")
    @classmethod
    def _empty_is_none(cls, url: object) -> object:
        return None if url == "" else url

    @field_validator("file_types", mode="before")
    @classmethod
    def _split_types(cls, types: object) -> object:
        if not isinstance(types, str):
            return types
        return tuple(name.strip() for name in types.split(",") if name.strip()) or None

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"no IANA time zone is named {name!r}") from error
        return name

    @model_validator(mode="after")
    def _profile_agrees(self) -> Settings:
        if self.profile == "embedded":
            return self
        if self.simulated_clock:
            raise ValueError(f"a simulated clock is for the embedded profile only, not {self.profile!r}")
        for name in ("database_url", "rpc_url"):
            if getattr(self, name) is None:
                raise ValueError(f"profile {self.profile!r} needs GRIDWITNESS_{name.upper()}")
        return self

    @property
    def public_base(self) -> str:
        """Beginning of the links that documents print, without a slash at its end."""
        return (self.public_url or f"http://127.0.0.1:{self.port}").rstrip("/")

    @property
    def detects(self) -> bool:
        """Whether `up` runs a detector."""
        doors = self.gat1400_port is not None or self.jt808_port is not None
        return doors if self.detector is None else self.detector

    @property
    def entry_readers_open(self) -> bool:
        """Whether entry tiles are served without a reader's token: in demo mode only."""
        return self.demo_mode

    @property
    def zone(self) -> ZoneInfo:
        """The deployment's time zone, for what people read; stored times are UTC."""
        return ZoneInfo(self.time_zone)

    @property
    def chain_dir(self) -> Path:
        """The embedded chain."""
        return self.home / "chain"

    @property
    def log_dir(self) -> Path:
        """Tiles, one folder per log."""
        return self.home / "log"

    @property
    def keys_dir(self) -> Path:
        """Private keys and passwords, every file mode 0600."""
        return self.home / "keys"

    @property
    def files_dir(self) -> Path:
        """Files named by records, by SHA-256."""
        return self.home / "files"

    @property
    def archive_dir(self) -> Path:
        """Parts of archived passages and positions."""
        return self.home / "archive"

    @property
    def trust_file(self) -> Path:
        """The platform's proposal of what a verifier should trust."""
        return self.home / "trust.json"

    @property
    def clock_file(self) -> Path:
        """State of the simulated clock; absent = system clock."""
        return self.home / "clock.json"


def load_settings(**overrides: Any) -> Settings:
    """Settings from the environment, with `overrides` (command-line options) on top.

    Raises Misconfigured `settings-invalid`, naming every setting that is wrong, never its secret value.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        wrong = "; ".join(_sentence(part) for part in error.errors(include_input=False, include_url=False))
        raise Misconfigured(
            "settings-invalid",
            f"The settings do not hold: {wrong}",
            "correct the option or the GRIDWITNESS_ variable",
        ) from None


def _sentence(part: Any) -> str:
    name = ".".join(str(step) for step in part["loc"])
    return f"GRIDWITNESS_{name.upper()}: {part['msg']}" if name else str(part["msg"])
