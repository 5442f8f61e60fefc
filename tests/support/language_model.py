"""A language model's server on loopback, speaking HTTP, that answers whatever a test wants, however badly."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def completion(content: str) -> bytes:
    """An answer as such servers give it."""
    return json.dumps(
        {"id": "x", "choices": [{"index": 0, "message": {"role": "assistant", "content": content}}]}
    ).encode()


def things(*rows: dict[str, str]) -> bytes:
    """An answer that names things."""
    return completion(json.dumps({"things": rows}))


@dataclass
class Model:
    """What the server answers next, and what it was asked. `hangs` takes the question and says nothing."""

    url: str = ""
    status: int = 200
    answer: bytes = b""
    hangs: bool = False
    asked: list[dict] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def heard(self) -> list[str]:
        """The words of each question."""
        return [json.loads(one["messages"][1]["content"])["words"] for one in self.asked]


@contextmanager
def language_model() -> Iterator[Model]:
    """A server for one test."""
    model = Model()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            model.asked.append(json.loads(body))
            model.headers.append({"path": self.path, **{name.lower(): value for name, value in self.headers.items()}})
            if model.hangs:
                model.done.wait()
                return
            with suppress(ConnectionError):
                self.send_response(model.status)
                self.send_header("content-length", str(len(model.answer)))
                self.send_header("location", "/elsewhere")
                self.end_headers()
                self.wfile.write(model.answer)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    model.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield model
    finally:
        model.done.set()
        server.shutdown()
        server.server_close()
        thread.join()
