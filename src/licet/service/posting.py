"""Posting to an address that somebody else wrote down: where it may go, how long it may take, and no further.

The name is looked up once and the connection goes to the very address that was looked at, so that a name
cannot mean something else a moment later. Redirects are not followed.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from socket import SOCK_STREAM, gaierror
from typing import Final
from urllib.parse import SplitResult, urlsplit

import httpx2

from licet.language.errors import LicetError

TIMEOUT: Final = 15.0
_LONGEST: Final = 2000
# Behind these an address of the older kind may stand, in its last 32 bits.
_TRANSLATED: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))
Address = IPv4Address | IPv6Address


class AddressError(LicetError):
    """Nothing may be posted to an address; the message says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of posting: a status, or why there is none."""

    status: int | None
    problem: str = ""

    @property
    def taken(self) -> bool:
        """Whether the other side says that it has it."""
        return self.status is not None and 200 <= self.status < 300


def proper_url(url: str, private: bool) -> str:
    """An address that may be posted to, as far as it says itself; ``private`` lets in those of this network.

    Raises:
        AddressError: saying what is wrong with it.
    """
    parts = _parts(url.strip())
    if parts.scheme != "https" and not (private and parts.scheme == "http"):
        raise AddressError("a webhook goes to an address that begins with https://")
    if not parts.hostname or parts.username is not None or parts.password is not None or parts.fragment:
        raise AddressError("the address names a host, without a name, password or part of a page (#)")
    host = parts.hostname.rstrip(".")
    try:
        literal = ip_address(host)
    except ValueError:
        if not private and (host == "localhost" or host.endswith((".localhost", ".local", ".internal"))):
            raise AddressError(_refused(host)) from None
    else:
        allowed(literal, private)
    return parts.geturl()


def allowed(address: Address, private: bool) -> Address:
    """An address that may be connected to.

    Raises:
        AddressError: if it is of this machine or network, or of no single machine.
    """
    for one in _meant(address):
        if one.is_multicast or one.is_unspecified or not (private or one.is_global):
            raise AddressError(_refused(str(address)))
    return address


async def post(url: str, body: bytes, headers: Mapping[str, str], *, private: bool) -> Answer:
    """Post once; gives what came of it, whatever that is."""
    try:
        async with asyncio.timeout(TIMEOUT):
            return await _post(proper_url(url, private), body, headers, private)
    except TimeoutError:
        return Answer(None, f"no answer within {TIMEOUT:.0f} seconds")
    except AddressError as error:
        return Answer(None, str(error))
    except (OSError, gaierror, ssl.SSLError, httpx2.HTTPError, httpx2.InvalidURL, UnicodeError) as error:
        return Answer(None, f"{type(error).__name__}: {error}"[:300])


async def _post(url: str, body: bytes, headers: Mapping[str, str], private: bool) -> Answer:
    parts = _parts(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=SOCK_STREAM)
    # One that is refused refuses all: a name may not mean a public and a private address by turns.
    addresses = [allowed(ip_address(str(one[4][0]).partition("%")[0]), private) for one in found]
    to = str(addresses[0])
    at = f"[{to}]" if ":" in to else to
    target = parts._replace(netloc=f"{at}:{port}").geturl()
    async with httpx2.AsyncClient(trust_env=False, follow_redirects=False, timeout=TIMEOUT) as client:
        request = client.build_request(
            "POST", target, content=body, headers={**headers, "host": parts.netloc},
            extensions={"sni_hostname": host},
        )  # fmt: skip
        answer = await client.send(request, stream=True)
        # What it says beside its status is read by nobody.
        await answer.aclose()
    if answer.is_redirect:
        return Answer(answer.status_code, f"it answers {answer.status_code}; redirects are not followed")
    return Answer(answer.status_code, "" if answer.is_success else f"it answers {answer.status_code}")


def _meant(address: Address) -> Iterator[Address]:
    """The address, and any that is written inside it."""
    yield address
    if isinstance(address, IPv6Address):
        inside = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if any(address in network for network in _TRANSLATED):
            inside.append(IPv4Address(int(address) & 0xFFFFFFFF))
        yield from (one for one in inside if one is not None)


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - looking at it is what finds a wrong one
    except ValueError:
        raise AddressError("this is no address") from None
    if len(url) > _LONGEST or any(c.isspace() or not c.isprintable() for c in url):
        raise AddressError("this is no address")
    return parts


def _refused(host: str) -> str:
    return (
        f"{host} is an address of this machine or network; webhooks go there only where "
        "LICET_WEBHOOKS_PRIVATE allows it"
    )
