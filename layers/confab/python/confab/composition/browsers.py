"""The parts that only browsers' keys use, put together for ``Composition``."""

from __future__ import annotations

from confab.capture.browser_capture import BrowserCapture
from confab.composition import Composition


def browser_capture(composition: Composition) -> BrowserCapture:
    """Capture with a browser's key."""
    return BrowserCapture(composition.capture, composition.conversations, composition.partitions, composition.redactors)
