"""Where webhooks may go: not into the private network, however its addresses are written."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.destinations import is_public, require_destination
from rules.errors import BadFields

PRIVATE = [
    ip_network(each)
    for each in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4",
        "::/127", "fc00::/7", "fe80::/10", "ff00::/8", "2001:db8::/32",
    )
]  # fmt: skip


def addresses_in(index: int, offset: int) -> IPv4Address | IPv6Address:
    """Return an address of a private network."""
    network = PRIVATE[index]
    return ip_address(int(network.network_address) + offset % network.num_addresses)


@given(st.integers(0, len(PRIVATE) - 1), st.integers(0, 2**128))
def test_no_private_address_is_public(index: int, offset: int) -> None:
    """Whatever it is: private, loopback, link-local, shared, reserved or for many."""
    address = addresses_in(index, offset)
    if not isinstance(address, IPv6Address) or address.ipv4_mapped is None:
        assert not is_public(str(address))


@given(st.integers(0, 9), st.integers(0, 2**32))
def test_no_private_address_is_public_inside_of_another(index: int, offset: int) -> None:
    """Mapped, 6to4, NAT64 or Teredo: what is reached in the end is what counts."""
    within = int(addresses_in(index, offset))
    for disguised in (
        (0xFFFF << 32) | within,
        (0x2002 << 112) | (within << 80),
        (0x64FF9B << 96) | within,
        (0x20010000 << 96) | (within ^ 0xFFFFFFFF),
    ):
        assert not is_public(str(IPv6Address(disguised)))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111", "::ffff:93.184.216.34"])
def test_the_internet_is_public(address: str) -> None:
    """What is everybody's to reach may be told."""
    assert is_public(address)


@pytest.mark.parametrize("text", ["", "localhost", "1.2.3", "fe80::1%eth0"])
def test_what_is_no_plain_address_is_not_public(text: str) -> None:
    """What cannot be judged is not reached."""
    assert not is_public(text)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/hooks?a=b",
        "http://example.org:8080",
        "https://93.184.216.34/x",
        "https://[2606:4700::1111]:443/",
        "http://desk.internal:9000/hooks",
        "http://10.1.2.3/",
        "http://[fd00::1]/",
    ],
)
def test_an_address_of_the_internet_or_a_named_host_is_taken(url: str) -> None:
    """Private hosts are those that the operator named."""
    require_destination(url, {"desk.internal", "10.1.2.3", "fd00::1"})


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "plain characters"),
        ("https://exa mple.org", "plain characters"),
        ("https://bücher.example", "plain characters"),
        ("https://example.org/\r\nX: y", "plain characters"),
        ("https://example.org/" + "a" * 2_000, "2000"),
        ("ftp://example.org", "must be a URL such as"),
        ("file:///etc/passwd", "must be a URL such as"),
        ("//example.org", "must be a URL such as"),
        ("https://", "must be a URL such as"),
        ("https://example.org:0/", "must be a URL such as"),
        ("https://example.org:99999/", "must be a URL such as"),
        ("https://[::1", "must be a URL such as"),
        ("https://user@example.org/", "no user name"),
        ("https://:password@example.org/", "no user name"),
        ("https://example.org/#part", "no user name"),
        ("http://127.0.0.1:8000/", "private address"),
        ("http://LOCALHOST/", "private address"),
        ("http://x.localhost/", "private address"),
        ("http://169.254.169.254/latest/meta-data", "private address"),
        ("http://[::ffff:10.0.0.1]/", "private address"),
    ],
)
def test_what_no_webhook_can_be_sent_to_is_refused(url: str, says: str) -> None:
    """With the reason, before anything is ever sent."""
    with pytest.raises(BadFields, match=f"/url: .*{says}"):
        require_destination(url, ())
