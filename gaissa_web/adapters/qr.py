"""QR codes as vector data."""

from functools import lru_cache

import segno

from gaissa_web.core.drawing import QRCode


@lru_cache(maxsize=1024)
def encode(address: str) -> QRCode:
    """Return the QR code of `address`, with error correction level M (15 %) and no quiet zone."""
    rows = [bytes(row) for row in segno.make_qr(address, error="m").matrix]
    path = "".join(f"M{x} {y}h{run}v1h-{run}z" for y, row in enumerate(rows) for x, run in _runs(row))
    return QRCode(len(rows), path)


def _runs(row: bytes) -> list[tuple[int, int]]:
    """Start and length of each run of dark modules."""
    runs = []
    start = row.find(1)
    while start >= 0:
        end = row.find(0, start)
        end = len(row) if end < 0 else end
        runs.append((start, end - start))
        start = row.find(1, end)
    return runs
