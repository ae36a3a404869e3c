"""One installation, opened once and passed on: facts come in, numbers go out.

`open_home` hands back the local workspace, which owns the warehouse, or, while a server runs over the same home, the
remote one, which asks it. Both have the same verbs (`verbs.Workspace`).
"""

from mittari.workspace.opening import create_home, open_home
from mittari.workspace.table import Table
from mittari.workspace.verbs import Workspace

__all__ = ["Table", "Workspace", "create_home", "open_home"]
