"""The functions below `functions/`, and the routes that each serves."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Final

from confab.dialects.routes import ROUTES

from local.template import load, packages, routes
from tests.support.sources import ROOT

_LITERAL_FIRST: Final = sorted(ROUTES, key=lambda route: ["{" in segment for segment in route.path.split("/")])


def load_function(name: str) -> ModuleType:
    """The entry module of a function, as Lambda imports it."""
    spec = importlib.util.spec_from_file_location(f"confab_function_{name}", ROOT / "functions" / name / "app.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def function_of(path: str, method: str = "") -> str:
    """The function that serves a path, by the route tables; the one of the API's default route when none does.

    Args:
        method: of HTTP, for a path that several functions serve.
    """
    serving = [route for route in _LITERAL_FIRST if route.takes(path)]
    exact = [route for route in serving if route.method == method]
    return next((route.function for route in [*exact, *serving]), _default_function())


@cache
def _default_function() -> str:
    """The function of the API's default route."""
    template = load(ROOT / "template.yaml")
    (serving,) = (route.function for route in routes(template) if route.key == "$default")
    return Path(packages(template)[serving, "CodeUri"]).name
