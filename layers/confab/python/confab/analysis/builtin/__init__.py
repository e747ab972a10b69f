"""The built-in analysis: offline, deterministic, and able to say why."""

from __future__ import annotations

from confab.analysis.builtin.analyzer import BuiltinAnalyzer

__all__ = ["BuiltinAnalyzer"]
