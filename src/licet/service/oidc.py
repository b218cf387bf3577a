"""Sign-in through an organisation's own provider: OpenID Connect, by code with PKCE, state and nonce.

Nothing is kept between going there and coming back: state, nonce and verifier are derived from the
token of the visit, which only that browser has, and end with it.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from hmac import compare_digest
from ipaddress import ip_address
from ssl import SSLContext
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import httpx2
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import select
from sqlalchemy.orm import Session

from licet.language.errors import LicetError
from licet.service import accounts, sessions
from licet.service.accounts import AccountRow
from licet.service.people import ROLES
from licet.service.sessions import SignedIn
from licet.service.tokens import derived, new_token

if TYPE_CHECKING:
    from licet.service.service import Service
    from licet.service.settings import Settings

PROVIDER: Final = "your organisation's provider"
_SCOPE: Final = "openid profile email"
_PATIENCE: Final = 10.0
_LEEWAY: Final = 60
# What a provider signs with a key of its own; never a shared secret, never nothing.
_ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")


class ProviderError(LicetError):
    """The provider did not say who somebody is, or not so that it can be believed."""


@dataclass(frozen=True, slots=True)
class Provider:
    """What the provider says about itself."""

    issuer: str
    authorise: str
    token: str
    keys: str
    by_form: bool

    @classmethod
    def of(cls, issuer: str, told: Mapping[str, Any]) -> Provider:
        """Read the answer to discovery.

        Raises:
            ProviderError: if it is another issuer, or sends secrets over open lines.
        """
        try:
            if str(told["issuer"]).rstrip("/") != issuer.rstrip("/"):
                raise ProviderError(
                    f"{issuer} says that it is {told['issuer']}; set LICET_OIDC_ISSUER to one name"
                )
            methods = told.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
            found = cls(
                str(told["issuer"]), told["authorization_endpoint"], told["token_endpoint"], told["jwks_uri"],
                "client_secret_basic" not in methods,
            )  # fmt: skip
        except KeyError as missing:
            raise ProviderError(f"{issuer} does not say its {missing}") from None
        for address in (issuer, found.authorise, found.token, found.keys):
            if not _protected(address):
                raise ProviderError(f"{address}: an issuer of identities is reached by https")
        return found


def start(service: Service, *, visit: str, back: str, to: str) -> str:
    """The address at the provider to go to.

    Args:
        visit: the token of the browser's visit.
        back: where the provider sends them back to.
        to: where they wanted to go.

    Raises:
        ProviderError: if the provider cannot be asked.
    """
    state = _state(visit, to)
    with _told_alike(), _client(service.settings, back) as client:
        provider = _discovered(client, service.settings.oidc_issuer)
        address, _ = client.create_authorization_url(
            provider.authorise, state=state, code_verifier=derived(visit, f"verifier {state}"),
            nonce=derived(visit, f"nonce {state}"),
        )  # fmt: skip
    return str(address)


def finish(service: Service, given: Mapping[str, str], *, visit: str, back: str) -> tuple[SignedIn, str]:
    """Who came back, signed in, and where they wanted to go.

    Raises:
        ProviderError: if the provider or the browser is not believed.
        SignInError: if the account is disabled.
    """
    state = given.get("state", "")
    to = _wanted(visit, state)
    if given.get("error") or not given.get("code"):
        raise ProviderError(f"{PROVIDER} did not let you in")
    settings = service.settings
    with _told_alike(), _client(settings, back) as client:
        provider = _discovered(client, settings.oidc_issuer)
        if given.get("iss", provider.issuer) != provider.issuer:
            raise ProviderError("the answer comes from another provider")
        if provider.by_form:
            client.token_endpoint_auth_method = "client_secret_post"
        verifier = derived(visit, f"verifier {state}")
        token = client.fetch_token(provider.token, code=given["code"], code_verifier=verifier)
        keys = KeySet.import_key_set(_json(client, provider.keys))
        nonce = derived(visit, f"nonce {state}")
        claims = _claims(token, keys, provider, settings.oidc_client_id, nonce, service.now())
    return _signed_in(service, provider.issuer, claims), to


def role_of(settings: Settings, claims: Mapping[str, Any]) -> str | None:
    """The highest role that the claim gives; None if the settings leave roles to administrators."""
    if not settings.oidc_role_claim:
        return None
    said: Any = claims.get(settings.oidc_role_claim)
    if said is None:
        said = claims
        for name in settings.oidc_role_claim.split("."):
            said = said.get(name) if isinstance(said, Mapping) else None
    values = [said] if isinstance(said, str) else said if isinstance(said, Sequence) else ()
    found = [settings.oidc_roles[v] for v in values if isinstance(v, str) and v in settings.oidc_roles]
    return max(found, key=ROLES.index, default=ROLES[0])


def _signed_in(service: Service, issuer: str, claims: Mapping[str, Any]) -> SignedIn:
    at, role = service.now(), role_of(service.settings, claims)
    subject = f"{issuer} {claims['sub']}"
    with service.database.writing() as session:
        service.database.lock(session, f"subject {subject}")
        row = session.scalar(select(AccountRow).where(AccountRow.subject == subject).with_for_update())
        if row is None:
            name = _free_name(session, claims)
            row = accounts.add(session, at=at, by=PROVIDER, name=name, role=role or ROLES[0], subject=subject)
        elif role is not None and not _keeps_role(service, session, row, role):
            accounts.give_role(service.database, session, row, role, at=at, by=PROVIDER)
        longest = timedelta(hours=service.settings.session_hours)
        return sessions.begin(session, row, at=at, longest=longest, how="provider")


def _keeps_role(service: Service, session: Session, row: AccountRow, role: str) -> bool:
    """The last administrator stays one, whatever the provider says: somebody must let people in."""
    return role != row.role and accounts.is_last_administrator(service.database, session, row)


def _free_name(session: Session, claims: Mapping[str, Any]) -> str:
    """A name for a new account. One that exists already is somebody else's, whatever the provider says."""
    said = next((claims[c] for c in ("preferred_username", "email", "name") if claims.get(c)), "")
    known = re.sub(r"[^a-z0-9._@+-]+", "-", str(said).casefold()).strip("-._@+")[:56]
    base = known or f"person-{sha256(str(claims['sub']).encode()).hexdigest()[:10]}"
    taken = set(
        session.scalars(select(AccountRow.name).where(AccountRow.name.startswith(base, autoescape=True)))
    )
    names = (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def _claims(
    token: Mapping[str, Any], keys: KeySet, provider: Provider, client_id: str, nonce: str, now: datetime
) -> Mapping[str, Any]:
    read = jwt.decode(str(token.get("id_token", "")), keys, algorithms=_ALGORITHMS)
    claims = CodeIDToken(
        read.claims,
        read.header,
        options={
            "iss": {"essential": True, "value": provider.issuer},
            "aud": {"essential": True, "value": client_id},
            "nonce": {"essential": True, "value": nonce},
        },
        params={"nonce": nonce, "client_id": client_id, "access_token": token.get("access_token")},
    )
    claims.validate(now=int(now.timestamp()), leeway=_LEEWAY)
    return dict(claims)


def _state(visit: str, to: str) -> str:
    once = f"{new_token(22)}.{urlsafe_b64encode(to.encode()).decode().rstrip('=')}"
    return f"{once}.{derived(visit, f'state {once}')}"


def _wanted(visit: str, state: str) -> str:
    once, _, proof = state.rpartition(".")
    if not visit or not compare_digest(proof.encode(), derived(visit, f"state {once}").encode()):
        raise ProviderError("this sign-in was not begun in this browser, or long ago; begin again")
    to = once.partition(".")[2]
    return urlsafe_b64decode(to + "=" * (-len(to) % 4)).decode()


def _client(settings: Settings, back: str) -> OAuth2Client:
    secret = settings.oidc_client_secret
    return OAuth2Client(
        settings.oidc_client_id,
        None if secret is None else secret.get_secret_value(),
        scope=_SCOPE,
        redirect_uri=back,
        code_challenge_method="S256",
        timeout=_PATIENCE,
        verify=_trusted(),
    )


@cache
def _trusted() -> SSLContext:
    """The certificates of this machine, which take a while to read."""
    return httpx2.create_ssl_context()


def _discovered(client: OAuth2Client, issuer: str) -> Provider:
    return Provider.of(issuer, _json(client, f"{issuer.rstrip('/')}/.well-known/openid-configuration"))


def _json(client: OAuth2Client, address: str) -> Any:
    if not _protected(address):
        raise ProviderError(f"{address}: an issuer of identities is reached by https")
    return client.request("GET", address, withhold_token=True).raise_for_status().json()


def _protected(address: str) -> bool:
    parts = urlsplit(address)
    if parts.scheme == "https":
        return True
    try:
        return ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.hostname == "localhost"


@contextmanager
def _told_alike() -> Iterator[None]:
    """Whatever goes wrong between here and the provider is told without what was sent."""
    try:
        yield
    except (OAuthError, JoseError, httpx2.HTTPError, ValueError, KeyError) as error:
        raise ProviderError(
            f"{PROVIDER} could not be asked, or was not believed ({type(error).__name__})"
        ) from error
