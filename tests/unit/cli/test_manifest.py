"""Manifests of ``confab reconcile``: both forms of a line, and faults by their lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from confab_cli.manifest import ManifestFault, read_manifest

SHA = "0f" * 32


def _read(tmp_path: Path, text: str) -> list[tuple[str, object]]:
    path = tmp_path / "manifest.jsonl"
    path.write_text(text, encoding="utf-8")
    return [(claim.conversation_id, claim.messages or (claim.count, claim.digest)) for claim in read_manifest(path)]


def test_lines_about_one_conversation_are_taken_together(tmp_path: Path) -> None:
    lines = [
        f'{{"conversation": "a", "id": "m1", "sha256": "{SHA.upper()}"}}',
        '{"conversationId": "b", "messages": [{"id": "x"}]}',
        "",
        '{"conversationId": "a", "id": "m2"}',
        f'{{"conversationId": "c", "count": 2, "digest": "{SHA}"}}',
    ]
    found = _read(tmp_path, "\ufeff" + "\n".join(lines) + "\n")
    assert found == [("a", {"m1": SHA, "m2": None}), ("b", {"x": None}), ("c", (2, SHA))]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2: is not JSON"),
        ("[]", "line 2: is not a JSON object"),
        ('{"id": "m"}', "line 2: conversationId"),
        ('{"conversationId": "c", "messages": [{"id": "m", "sha256": "xyz"}]}', "line 2: messages.0.sha256"),
        ("[" * 100_000, "line 2: is not JSON"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(ManifestFault, match=said):
        _read(tmp_path, '{"conversationId": "c", "messages": []}\n' + line)
