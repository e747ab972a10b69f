"""What the pure tests share."""

from __future__ import annotations

from typing import Any

import pytest

from local.check_template import translate
from local.template import Template, load
from tests.support.template import ROOT


@pytest.fixture(scope="session")
def template() -> Template:
    return load(ROOT / "template.yaml")


@pytest.fixture(scope="session")
def resources(template: Template) -> dict[str, Any]:
    found: dict[str, Any] = translate(template)["Resources"]
    return found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A property test tries a hundred examples, so `make test-fast` leaves it out."""
    for item in items:
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker("slow")
