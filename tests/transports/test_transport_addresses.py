"""What lies in the open network, however it is written."""

from ipaddress import IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saasops.transports.addresses import is_open, is_open_host

INSIDE = (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.168.0.0/16", "224.0.0.0/3",
)  # fmt: skip
INSIDE_6 = ("::/127", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8")


@given(st.data(), st.sampled_from(INSIDE))
def test_what_is_inside_is_inside_in_each_way_that_leads_there(
    data: st.DataObject, net: str
) -> None:
    found = data.draw(st.ip_addresses(network=net))
    ways = [found, IPv6Address(f"::ffff:{found}"), IPv6Address(f"64:ff9b::{found}")]
    ways.append(IPv6Address((0x2002 << 112) | (int(found) << 80)))
    for way in ways:
        assert not is_open(str(way))
        assert not is_open_host(str(way))


@given(st.data(), st.sampled_from(INSIDE_6))
def test_what_is_inside_by_ipv6_is_inside(data: st.DataObject, net: str) -> None:
    assert not is_open(str(data.draw(st.ip_addresses(network=net))))


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "119.29.29.29",
        "2606:4700::1111",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "198.18.0.9",
    ],
)
def test_what_is_open_is_open(address: str) -> None:
    assert is_open(address)
    assert is_open_host(address)


@given(st.text("0123456789abcx.:%", max_size=12))
def test_an_address_is_told_or_refused(text: str) -> None:
    try:
        told = is_open(text)
    except ValueError:
        return
    assert is_open_host(text) == told


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST", "localhost.", "a.localhost", "127.0.0.1", "127.0.0.1.", "127.1",
     "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "0X7F.0.0.1", "::1", "fe80::1%eth0",
     "%6cocalhost", "", "."],
)  # fmt: skip
def test_other_spellings_of_what_is_inside_are_no_names(host: str) -> None:
    assert not is_open_host(host)


@pytest.mark.parametrize(
    "host",
    ["id.example.com", "localhost.example.com", "127.0.0.1.example.com", "1and1.com", "3com"],
)
def test_names_are_names(host: str) -> None:
    assert is_open_host(host)


def test_the_last_addresses_of_a_network_are_inside_and_the_next_is_not() -> None:
    assert not is_open(str(ip_network("172.16.0.0/12")[-1]))
    assert is_open("172.32.0.0")
