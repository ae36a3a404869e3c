"""Imports modules of Mittari with their source changed; only in a process that has not imported Mittari yet."""

import ast
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Callable
from typing import Any

from mutants import full_name, source_of

Change = Callable[[str], ast.Module]


class Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the given modules and runs what the change makes of them."""

    def __init__(self, modules: list[str], change: Change) -> None:
        self._modules = {full_name(module): module for module in modules}
        self._change = change

    def find_spec(self, name: str, *_: Any) -> importlib.machinery.ModuleSpec | None:
        return importlib.util.spec_from_loader(name, self) if name in self._modules else None

    def exec_module(self, module: Any) -> None:
        short = self._modules[module.__name__]
        exec(compile(self._change(short), str(source_of(short)), "exec"), module.__dict__)  # noqa: S102


def change_imports(modules: list[str], change: Change) -> None:
    sys.meta_path.insert(0, Changed(modules, change))
