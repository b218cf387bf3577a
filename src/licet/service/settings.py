"""Settings of a server: environment variables that begin with ``LICET_``, each with a safe default.

With nothing set the server listens on this machine only and keeps everything in one SQLite file.
"""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from licet.language.errors import LicetError

MEBI = 2**20
_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]", "::1")
Roles = Literal["viewer", "analyst", "reviewer", "administrator"]


class SettingsError(LicetError):
    """The settings do not go together."""


def _default_database() -> str:
    return f"sqlite:///{user_data_path('licet', appauthor=False) / 'service.sqlite'}"


class Settings(BaseSettings):
    """How a server listens, what it keeps where, and whom it lets in."""

    model_config = SettingsConfigDict(
        env_prefix="LICET_", frozen=True, extra="ignore", hide_input_in_errors=True
    )

    host: str = Field(default="127.0.0.1", description="Address to listen on; by default this machine only.")
    port: int = Field(default=8360, ge=0, le=65535, description="Port to listen on.")
    workers: int = Field(default=1, ge=1, le=64, description="Processes that answer requests.")
    database: str = Field(
        default_factory=_default_database, description="URL of the database, SQLite or PostgreSQL."
    )
    lists: Path | None = Field(
        default=None, description="The history of lists, as `licet lists import` keeps it."
    )
    anonymous: Literal["viewer", "none"] | None = Field(
        default=None,
        description="What nobody in particular may do; by default read, where only this machine can ask.",
    )
    public_url: str = Field(default="", description="The address people use, when a proxy stands in between.")
    trusted_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Host names answered to, separated by commas; by default those of this machine.",
    )
    trusted_proxies: str = Field(default="", description="Proxies whose forwarding headers are believed.")
    max_body: int = Field(default=8 * MEBI, ge=1024, description="Largest body of a request, in bytes.")
    max_upload: int = Field(default=64 * MEBI, ge=1024, description="Largest file taken, in bytes.")
    rate: int = Field(default=6000, ge=0, description="Requests a minute from one client; 0 for no limit.")
    session_hours: int = Field(default=12, ge=1, description="Hours after which a person signs in again.")
    idle_minutes: int = Field(
        default=120, ge=1, description="Minutes without a request after which a session ends."
    )
    webhooks_private: bool = Field(default=False, description="Whether webhooks may go to private addresses.")
    oidc_issuer: str = Field(default="", description="Issuer of identities (OpenID Connect); empty for none.")
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr | None = None
    oidc_role_claim: str = Field(
        default="", description="Claim that names roles; without one all are viewers."
    )
    oidc_roles: dict[str, Roles] = Field(
        default_factory=dict, description="Role by value of the claim, as a JSON object."
    )
    log: Literal["text", "json"] = Field(default="text", description="How log lines are written.")
    telemetry: str = Field(default="", description="OTLP endpoint for traces; empty for none.")

    @model_validator(mode="before")
    @classmethod
    def _lists_of_words(cls, given: dict[str, object]) -> dict[str, object]:
        hosts = given.get("trusted_hosts")
        if isinstance(hosts, str):
            given = {**given, "trusted_hosts": tuple(h.strip() for h in hosts.split(",") if h.strip())}
        return given

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        try:
            return ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def anonymous_reads(self) -> bool:
        """Whether somebody who has not signed in may read."""
        if self.anonymous is None:
            return self.on_loopback
        return self.anonymous == "viewer"

    @property
    def hosts(self) -> tuple[str, ...]:
        """Host names that the server answers to.

        Raises:
            SettingsError: if it listens to others and nobody said under which name.
        """
        if self.trusted_hosts:
            return (*self.trusted_hosts, *_LOOPBACK_NAMES)
        if self.on_loopback:
            return _LOOPBACK_NAMES
        raise SettingsError(
            f"the server would listen on {self.host}, beyond this machine: set LICET_TRUSTED_HOSTS to the "
            "host names that people use (see docs/deploy.md)"
        )


def read_settings() -> Settings:
    """The settings of the environment.

    Raises:
        SettingsError: naming each setting that is not as expected.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        wrong = "; ".join(f"LICET_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors())
        raise SettingsError(wrong) from None
    settings.hosts  # noqa: B018 - refuses what would listen to everybody under any name
    return settings
