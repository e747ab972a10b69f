"""``python -m openapi [file]``: writes the document, to build/openapi.json if nothing else is named."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from openapi.document import document


def main(target: Path) -> None:
    """Write the document."""
    made = document()
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(made, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    operations = sum(len(methods) for methods in made["paths"].values())
    sys.stdout.write(f"{target}: {operations} operations, {len(made['components']['schemas'])} schemas\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("build/openapi.json"))
