"""Decides what lies in the open network. What becomes of the rest is left to who asks."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# Resolvers of VPN clients give these out in the place of open addresses.
_STAND_INS = ip_network("198.18.0.0/15")
_UNICAST = ip_network("2000::/3")
_TRANSLATED = ip_network("64:ff9b::/96")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


def is_open(address: str) -> bool:
    """Tell whether an IP *address* is of the open network; raise `ValueError` if it is none.

    Loopback, link-local, private, shared, multicast and reserved addresses are not, nor is what
    leads to one of those from IPv6.
    """
    found = _meant(ip_address(address))
    if isinstance(found, IPv6Address):
        return found in _UNICAST and found.is_global
    return found in _STAND_INS or (found.is_global and not found.is_multicast)


def is_open_host(host: str) -> bool:
    """Tell whether a *host* may lie in the open network, by what it is called alone.

    `localhost` does not, nor does a number that some systems read as an IP address, as `127.1`.
    """
    name = host.lower().rstrip(".")
    try:
        return is_open(name)
    except ValueError:
        last = name.rpartition(".")[2]
    return bool(last) and last != "localhost" and "%" not in name and not _NUMBER.fullmatch(last)


def _meant(found: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the address of IPv4 that one of IPv6 leads to, or *found* itself."""
    if isinstance(found, IPv4Address):
        return found
    if found in _TRANSLATED:
        return IPv4Address(int(found) & 0xFFFF_FFFF)
    return found.ipv4_mapped or found.sixtofour or found
