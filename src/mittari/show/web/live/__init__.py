"""Changed cards reach every open board at once.

`hub` is told of every commit and computes what changed, once for each distinct view (`watch`); `turns` decides what is
computed next; `stream` sends it to the browsers.
"""

from mittari.show.web.live.hub import Hub
from mittari.show.web.live.stream import HANDLERS

__all__ = ["HANDLERS", "Hub"]
