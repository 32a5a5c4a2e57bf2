"""What the tests of the outside world need of it."""

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def redis():
    """The address of a Redis server that keeps nothing, on a socket file."""
    program = shutil.which("redis-server")
    assert program, "these tests need Redis; on Debian and Ubuntu: apt install redis-server"
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folders are too long for a socket
        socket = Path(folder) / "redis"
        options = [
            "--port",
            "0",
            "--unixsocket",
            str(socket),
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            folder,
        ]
        server = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)
        until = time.monotonic() + 20
        while not socket.exists():
            assert time.monotonic() < until
            time.sleep(0.02)
        yield f"unix://{socket}"
        server.terminate()
        server.wait()
