"""Puts together what only browsers' keys use."""

from __future__ import annotations

from confab.composition import Composition
from confab.usecases.browser_capture import BrowserCapture


def browser_capture(composition: Composition) -> BrowserCapture:
    """Capture with a browser's key."""
    return BrowserCapture(composition.capture, composition.conversations, composition.logs, composition.redactors)
