"""HTTP to strangers: bounded in time and size, to an address that was looked at, and no further."""

from __future__ import annotations

import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import closing
from http.server import HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from scheduler.bounded_http import Line, NotReached
from tests.scheduler.receiver import LARGE, RETRY_AFTER, Receiver
from tests.scheduler.receiving import Receiving

HERE = ("127.0.0.1",)
SECONDS = 1.0
MUCH_LONGER = 20.0


def line(url: str, hosts: tuple[str, ...] = HERE, seconds: float = SECONDS) -> Line:
    """Return a line to a receiver of the tests."""
    return Line(url, hosts, seconds)


@pytest.mark.parametrize("way", ["fine", "late", "chunked", "old", "large", "failing", "gone"])
def test_every_sound_answer_is_understood(receiver: Receiving, way: str) -> None:
    """However it is written; of one that is too large no more is read than is wanted."""
    status = {"fine": 204, "failing": 500, "gone": 410}.get(way, 200)
    with closing(line(receiver.url(way), seconds=MUCH_LONGER)) as to:
        for _ in range(3):
            assert to.post(b"{}", {}).status == status
    assert len(receiver.told) == 3
    assert LARGE > 1_000_000


def test_a_line_is_kept_for_what_follows(receiver: Receiving) -> None:
    """One connection serves many messages; one that was closed meanwhile is opened anew."""
    with closing(line(receiver.url(), seconds=MUCH_LONGER)) as to:
        to.post(b"1", {})
        to.post(b"2", {})
        receiver.stop()
        receiver.start()
        assert to.post(b"3", {}).status == 204
    one, two, three = receiver.told
    assert [each["body"] for each in receiver.told] == ["1", "2", "3"]
    assert one["from"] == two["from"] != three["from"]


def test_retry_after_is_told(receiver: Receiving) -> None:
    """It is handed on as it came."""
    with closing(line(receiver.url("busy"))) as to:
        assert to.post(b"", {}).retry_after == RETRY_AFTER


def test_no_redirect_is_followed(receiver: Receiving) -> None:
    """It is an answer like any other: nobody sends us where we were not asked to go."""
    with closing(line(receiver.url("redirecting"))) as to:
        assert to.post(b"", {}).status == 307
    assert [each["way"] for each in receiver.told] == ["redirecting"]


@pytest.mark.parametrize(
    ("way", "says"),
    [
        ("hanging", "no whole answer came in time"),
        ("dribbling", "no whole answer came in time"),
        ("lying", "not HTTP"),
        ("closing", "not HTTP|reset"),
    ],
)
def test_what_is_no_answer_is_said_in_time(receiver: Receiving, way: str, says: str) -> None:
    """Whatever a receiver does, it holds nobody for longer than was meant."""
    with closing(line(receiver.url(way))) as to, pytest.raises(NotReached, match=says) as error:
        to.post(b"{}", {})
    assert error.value.took_long == ("in time" in says)
    assert [each["way"] for each in receiver.told] == [way]


def test_what_an_answer_says_after_its_status_is_not_needed(receiver: Receiving) -> None:
    """Who said that it has the message has it; but for the next one it is called anew."""
    with closing(line(receiver.url("boasting"))) as to:
        assert [to.post(b"", {}).status for _ in range(2)] == [200, 200]
    one, two = receiver.told
    assert one["from"] != two["from"]


def test_nobody_there_is_said(receiver: Receiving) -> None:
    """In the system's own words."""
    receiver.stop()
    with closing(line(receiver.url())) as to, pytest.raises(NotReached, match="refused"):
        to.post(b"", {})


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001"])
def test_a_private_address_is_not_reached(receiver: Receiving, host: str) -> None:
    """However it is written, and whichever name leads to it: it is looked at when it is sent."""
    url = receiver.url().replace("127.0.0.1", host)
    with closing(line(url, ())) as to, pytest.raises(NotReached, match="private address"):
        to.post(b"", {})
    assert receiver.told == []


def test_a_host_that_was_named_is_reached(receiver: Receiving) -> None:
    """By that name, and by no other that leads to the same address."""
    url = receiver.url().replace("127.0.0.1", "localhost")
    with closing(line(url, ("localhost",))) as to:
        assert to.post(b"", {}).status == 204
    with closing(line(url, HERE)) as to, pytest.raises(NotReached, match="private address"):
        to.post(b"", {})


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "a" * 70 + ".example"])
def test_a_name_that_leads_nowhere_is_said(host: str) -> None:
    """It is a failure like others, never an error of ours."""
    with closing(line(f"http://{host}/", seconds=MUCH_LONGER)) as to, pytest.raises(NotReached):
        to.post(b"", {})


@pytest.fixture
def untrusted(tmp_path: Path) -> Iterator[int]:
    """The port of a receiver with a certificate that nobody vouches for."""
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"]
    files = ["-keyout", str(tmp_path / "key"), "-out", str(tmp_path / "certificate")]
    subprocess.run([*made, *files], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate", tmp_path / "key")
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def test_a_receiver_that_cannot_prove_who_it_is_is_told_nothing(untrusted: int) -> None:
    """TLS is verified, by the name in the URL."""
    url = f"https://localhost:{untrusted}/fine"
    with (
        closing(line(url, ("localhost",), MUCH_LONGER)) as to,
        pytest.raises(NotReached, match="certificate"),
    ):
        to.post(b"secret", {})


def test_a_receiver_that_never_shakes_hands_is_left(receiver: Receiving) -> None:
    """TLS to somebody who only listens ends in time, too."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"https://127.0.0.1:{mute.getsockname()[1]}/"
        with closing(line(url)) as to, pytest.raises(NotReached):
            to.post(b"", {})
