"""Where webhooks may go: addresses of the public internet, and private hosts allowed by name."""

from __future__ import annotations

import re
from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from rules.errors import BadFields
from rules.field_problem import FieldProblem

LONGEST_URL = 2_000
_SCHEMES = ("https", "http")
_PLAIN = re.compile(r"[!-~]+")
# What is reached through these lies behind an IPv4 address that is part of the address.
_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))


def require_destination(url: str, private_hosts: Collection[str]) -> None:
    """Refuse a URL that no webhook can be sent to, or that names a private address.

    What a host's name leads to is looked at each time something is sent.

    Raises:
        BadFields: with what is wrong, under `/url`.
    """
    if detail := _unsound(url, private_hosts):
        raise BadFields([FieldProblem("/url", detail)])


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, in every way in which it can be read."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(each.is_global and not each.is_multicast for each in _read(found))


def _read(address: IPv4Address | IPv6Address) -> list[IPv4Address | IPv6Address]:
    if isinstance(address, IPv4Address):
        return [address]
    within: list[IPv4Address | None] = [address.ipv4_mapped, address.sixtofour]
    within += address.teredo or ()
    if any(address in network for network in _TRANSLATED):
        within.append(IPv4Address(int(address) & 0xFFFFFFFF))
    found = [each for each in within if each is not None]
    # A mapped address is no more than the IPv4 address in it.
    return [*found] if address.ipv4_mapped else [address, *found]


def _unsound(url: str, private_hosts: Collection[str]) -> str | None:
    if not (_PLAIN.fullmatch(url) and len(url) <= LONGEST_URL):
        return f"must be a URL of at most {LONGEST_URL} plain characters"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "must be a URL such as https://example.org/hooks"
    if parts.scheme not in _SCHEMES or not host or parts.port == 0:
        return "must be a URL such as https://example.org/hooks"
    if parts.username is not None or parts.password is not None or parts.fragment:
        return "must hold no user name, password or fragment"
    if host in private_hosts or not _is_private(host):
        return None
    return f"is a private address: an operator allows it with TOLLGATE_PRIVATE_HOSTS={host}"


def _is_private(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return not is_public(host)
