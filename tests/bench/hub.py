"""Synchronising with a large hub while the site is in use: time, memory, and how long pages take."""

import http.client
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from tests.hub import StandInHub, model
from tests.serving import serving

GAISSA = Path(sys.executable).with_name("gaissa")


def synchronise(environ: Mapping[str, str], port: int, models: int) -> None:
    """Synchronise `models` models from a stand-in and print what it took; then once more."""
    hub = StandInHub(datasets={"glue": {"id": "glue", "cardData": {"dataset_info": {"dataset_size": 99}}}})
    hub.models = [model(number) for number in range(models)]
    connection = http.client.HTTPConnection("127.0.0.1", port)
    quiet = statistics.median(page_ms(connection) for _ in range(50))
    with serving(hub, keep_alive=True) as address:
        hub.address = address
        for again in ((), ("--all",)):
            run({**environ, "GAISSA_HUB_URL": address}, connection, quiet, models, *again)


def run(
    environ: Mapping[str, str],
    connection: http.client.HTTPConnection,
    quiet: float,
    models: int,
    *options: str,
) -> None:
    """Run the command once, asking for pages all the while."""
    started = time.perf_counter()
    command = subprocess.Popen(
        [GAISSA, "sync", "huggingface", *options],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    memory, pages = [], []
    while command.poll() is None:
        memory.append(resident_mb(command.pid))
        pages.append(page_ms(connection))
        time.sleep(0.05)
    took = time.perf_counter() - started
    said = (command.stdout.read() if command.stdout else b"").decode().strip()
    third = len(memory) // 3
    print(f"\nsync of {models:,} models: {took:.1f} s; {said}")
    print(f"its memory: {max(memory[:third]):.0f} MB in the first third, {max(memory):.0f} MB at most")
    slowest = statistics.quantiles(pages, n=20)[-1]
    median = statistics.median(pages)
    print(f"list of labels meanwhile: median {median:.1f} ms, p95 {slowest:.1f} ms, alone {quiet:.1f} ms")


def resident_mb(process: int) -> float:
    """Return the memory that a process has, in megabytes; nothing once it has ended."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{process}/status").read_text())
    return int(found[1]) / 1000 if found else 0.0


def page_ms(connection: http.client.HTTPConnection) -> float:
    """Return the milliseconds that the list of labels takes."""
    started = time.perf_counter()
    connection.request("GET", "/labels/")
    connection.getresponse().read()
    return (time.perf_counter() - started) * 1000
