"""Serves the lab on the loopback. Prints one JSON line with the port once it answers.

The good deployment is built once. What serves is a fork of the process that holds it, so that a reset is a new fork:
every byte of moto's state and of the lab's is as it was, in milliseconds, while the listening socket stays open.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import sys
import threading

from control import Front
from deployment import build
from lab import Lab
from werkzeug.serving import WSGIRequestHandler, make_server

AGAIN = 77


class Quiet(WSGIRequestHandler):
    """No line a request, one connection a request: a reset then breaks no connection that a client keeps."""

    def log(self, *_: object) -> None:
        return


def until_closed() -> None:
    """Ends this process when its standard input ends, so that no lab outlives the test that started it."""
    while os.read(0, 1024):
        pass
    os._exit(0)


def serve(lab: Lab, sock: socket.socket, tied: bool) -> int:
    """Answers until a reset or the end; the exit status of the fork."""
    if tied:
        threading.Thread(target=until_closed, daemon=True).start()
    ended = threading.Event()

    def end() -> None:
        ended.set()
        # In its own thread: the loop that this waits for may be the one that is answering.
        threading.Thread(target=server.shutdown, daemon=True).start()

    server = make_server(
        "127.0.0.1", sock.getsockname()[1], Front(lab, end), threaded=True, request_handler=Quiet, fd=os.dup(sock.fileno()))
    server.daemon_threads = False
    server.serve_forever(poll_interval=0.02)
    return AGAIN if ended.is_set() else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--region", default="eu-west-1")
    parser.add_argument("--desired", type=int, default=2, help="instances of the good deployment")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end when standard input does")
    chosen = parser.parse_args()
    lab = build(chosen.region, chosen.desired)
    sock = socket.create_server(("127.0.0.1", chosen.port), backlog=128)
    print(json.dumps({"port": sock.getsockname()[1], "account": lab.account, "region": lab.region}), flush=True)
    child = 0

    def stop(*_: object) -> None:
        if child:
            os.kill(child, signal.SIGKILL)
        os._exit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while True:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            status = 1
            try:
                status = serve(lab, sock, chosen.until_stdin_closes)
            finally:
                sys.stderr.flush()
                os._exit(status)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status == 0:
            return
        if status != AGAIN:
            sys.exit(f"the lab ended with {status}")


if __name__ == "__main__":
    main()
