"""How much one sender may send: a bucket that fills again, in memory only, under a name that tells no address."""

import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

REMEMBERED = 20_000
"""So many senders are told apart; the one heard of longest ago is forgotten first."""


@dataclass
class _Bucket:
    left: float
    at: float


class Limiter:
    """Allows each sender `burst` at once and `per_second` on the long run."""

    def __init__(self, per_second: float = 5.0, burst: float = 60.0) -> None:
        self._per_second, self._burst = per_second, burst
        self._salt = secrets.token_bytes(16)
        self._buckets: OrderedDict[bytes, _Bucket] = OrderedDict()
        self._lock = threading.Lock()

    def wait_for(self, sender: str) -> int:
        """0 where the sender may go on, else after how many seconds to come again. The address is not kept."""
        name = hashlib.blake2b(sender.encode(), key=self._salt, digest_size=12).digest()
        now = time.monotonic()
        with self._lock:
            bucket = self._buckets.pop(name, None) or _Bucket(self._burst, now)
            bucket.left = min(self._burst, bucket.left + (now - bucket.at) * self._per_second)
            bucket.at = now
            self._buckets[name] = bucket
            while len(self._buckets) > REMEMBERED:
                self._buckets.popitem(last=False)
            if bucket.left >= 1:
                bucket.left -= 1
                return 0
            return max(1, round((1 - bucket.left) / self._per_second))
