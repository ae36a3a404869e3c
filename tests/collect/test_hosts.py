"""Hosts are written as a certificate holds them; what no browser could open is refused with the reason."""

import ipaddress

import pytest

from mittari.collect.hosts import host, hosts, is_address, lan_addresses, lasting_hosts
from mittari.errors import UserError


@pytest.mark.parametrize(
    ("given", "held"),
    [
        ("Mittari.Local", "mittari.local"),
        ("mittari.example.", "mittari.example"),
        ("päivystys.example", "xn--pivystys-0za.example"),
        (" 192.168.1.20 ", "192.168.1.20"),
        ("[FD00::0002]", "fd00::2"),
        ("fd00:0:0::2", "fd00::2"),
        ("kassa-1", "kassa-1"),
    ],
)
def test_a_host_is_held_in_one_writing(given: str, held: str) -> None:
    assert host(given) == held


@pytest.mark.parametrize(
    "given",
    [
        *("", " ", ".", "https://mittari.local", "mittari.local:8443", "mittari.local/", "a b", "-a", "a_b", "a..b"),
        *("*.example", "192.168.1", "192.168.1.256", "::", "224.0.0.1", "fe80::1%eth0", "a" * 64, "a." * 127 + "a"),
        "0.0.0.0",  # noqa: S104 - refused
    ],
)
def test_what_no_browser_could_open_is_refused(given: str) -> None:
    with pytest.raises(UserError, match="--host: expected") as raised:
        host(given)
    assert raised.value.hint


def test_a_host_given_twice_counts_once() -> None:
    assert hosts(["b.example", "B.example.", "a.example"]) == ("b.example", "a.example")


def test_the_machine_is_known_by_names_and_addresses() -> None:
    assert {"localhost", "127.0.0.1"} <= set(lasting_hosts())
    assert all(is_address(each) and not ipaddress.ip_address(each).is_loopback for each in lan_addresses())
