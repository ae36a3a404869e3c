"""Results that pages keep: what was computed once is not computed again until data changes."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Protocol, TypeVar, cast

Value = TypeVar("Value")


class Cache(Protocol):
    """Where computed results stay; keys hold the data version, so an old result is never asked for again."""

    def get(self, key: Hashable) -> Any | None: ...
    def put(self, key: Hashable, value: Any) -> None: ...


class Recent:
    """The most recently used results, at most `size` of them; safe to use from many threads."""

    def __init__(self, size: int = 512) -> None:
        self._size = size
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Any | None:
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key]

    def put(self, key: Hashable, value: Any) -> None:
        with self._lock:
            self._kept[key] = value
            self._kept.move_to_end(key)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)


def kept(cache: Cache, key: Hashable, compute: Callable[[], Value]) -> Value:
    """The result under `key`, computed when it is not there. A failure is not kept."""
    found = cache.get(key)
    if found is None:
        found = compute()
        cache.put(key, found)
    return cast(Value, found)
