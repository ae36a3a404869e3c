"""What is to be on the disk before anybody relies on it."""

import os
from pathlib import Path


def settle(path: Path) -> None:
    """Come back once the disk has a file, or of a folder the names in it."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
