"""Real HTTP servers on the loopback, for what fetches from other people's."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answers every request by the function that the server was made with."""

    answer_with: Answer
    disable_nagle_algorithm = True  # or an answer in two pieces takes 40 ms more

    def do_GET(self) -> None:
        with suppress(BrokenPipeError, ConnectionResetError):
            type(self).answer_with(self)

    do_POST = do_GET  # noqa: N815  the name that http.server calls

    def answer(self, body: bytes, kind: str = "text/plain", status: int = 200, **headers: str) -> None:
        """Send a whole answer; underscores in header names stand for hyphens."""
        self.send_response(status)
        given = {"Content_Type": kind, "Content_Length": str(len(body)), **headers}
        for name, value in given.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@contextmanager
def serving(answer: Answer, keep_alive: bool = False) -> Iterator[str]:
    """Serve on a free port and give the address; with `keep_alive`, answers must have a length."""
    protocol = "HTTP/1.1" if keep_alive else "HTTP/1.0"
    described = {"answer_with": staticmethod(answer), "protocol_version": protocol}
    handler = type("Handler", (Handler,), described)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))  # how soon it ends, in s
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
