"""The files that snippets of the documentation read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

TELEGRAM: dict[str, Any] = {
    "name": "Support",
    "type": "personal_chat",
    "id": 1,
    "messages": [
        {"id": 1, "type": "message", "date": "2026-02-01T10:00:00", "from": "Ann", "from_id": "user1", "text": "Hello"},
        {
            "id": 2,
            "type": "message",
            "date": "2026-02-01T10:01:00",
            "from": "Support",
            "from_id": "user2",
            "text": "Hi",
        },
    ],
}


def write_inputs(folder: Path) -> None:
    """Write them into a folder."""
    said = [{"role": "user", "content": "Where is my refund?"}, {"role": "assistant", "content": "It left on Monday."}]
    line = json.dumps({"conversationId": "file-1", "messages": said})
    (folder / "conversations.jsonl").write_text(f"{line}\n")
    (folder / "chats.csv").write_text("Chat,Speaker,Text\nc-1,user,Where is my refund?\nc-1,assistant,On Monday.\n")
    rated = (
        "USER\tWhere is my refund?\tASK\t2,2,1",
        "SYSTEM\tOn its way.\t\t",
        "USER\tGreat, thank you!\tTHANK\t5,4,5",
    )
    (folder / "ratings.tsv").write_text("\n".join(rated) + "\n")
    (folder / "result.json").write_text(json.dumps(TELEGRAM))
