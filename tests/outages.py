"""A network as kiosks meet it: a proxy that cuts connections before the server hears, and after it has answered."""

import random
import socket
import threading

CHUNK = 65_536


class LossyProxy:
    """Relays to a port; of each piece of a request or an answer it loses some, together with the connection.

    `loses` is the probability, which may be changed at any time; `lost` counts (requests, answers).
    """

    def __init__(self, target: int, loses: float, seed: int = 1) -> None:
        self.target, self.loses = target, loses
        self.lost = [0, 0]
        self._random = random.Random(seed)  # noqa: S311  # a network, no secret
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                visitor, _ = self._listening.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.target), timeout=5)
            except OSError:
                visitor.close()
                continue
            server.settimeout(None)
            self._open |= {visitor, server}
            for place, (source, sink) in enumerate([(visitor, server), (server, visitor)]):
                threading.Thread(target=self._relay, args=(source, sink, place), daemon=True).start()

    def _relay(self, source: socket.socket, sink: socket.socket, place: int) -> None:
        try:
            while piece := source.recv(CHUNK):
                if self._random.random() < self.loses:
                    self.lost[place] += 1
                    break
                sink.sendall(piece)
        except OSError:
            pass  # the other side is gone, as it may be
        for end in (source, sink):
            self._open.discard(end)
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            finally:
                end.close()

    def close(self) -> None:
        self._listening.close()
        for end in list(self._open):
            end.close()
