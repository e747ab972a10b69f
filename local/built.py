"""Finishes what `sam build` made (`make build`): the built template says itself what its layers were built for.

    .venv-sam/bin/python -m local.built python3.13 x86_64 [--snapshots]

`sam deploy` keeps a stack's former parameters where none are given, so a default alone would not do: a stack on
python3.14 would stay there with layers for python3.13. In the built template Runtime and Architecture are no longer
parameters. Whoever gives them nevertheless changes nothing.
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local.snapstart import Unsupported, with_snapshots

BUILT = Path(".aws-sam/build/template.yaml")


def with_target(template: dict[str, Any], runtime: str, architecture: str) -> dict[str, Any]:
    """A copy of a template with runtime and architecture written in, in place of its parameters.

    Args:
        template: a built template, in the long or the short form of its functions.
        runtime: the Lambda runtime it was built for, as in ``python3.13``.
        architecture: ``arm64`` or ``x86_64``.
    """
    values = {"Runtime": runtime, "Architecture": architecture}

    def written(node: Any) -> Any:
        if isinstance(node, list):
            return [written(item) for item in node]
        if not isinstance(node, dict):
            return node
        if set(node) == {"Ref"} and node["Ref"] in values:
            return values[node["Ref"]]
        return {key: written(value) for key, value in node.items()}

    found: dict[str, Any] = written(template)
    left = {name: each for name, each in template.get("Parameters", {}).items() if name not in values}
    return {**found, "Parameters": left}


def main(arguments: list[str] | None = None) -> int:
    """Rewrite the built template; returns the exit status."""
    from samcli.yamlhelper import yaml_dump, yaml_parse

    parser = argparse.ArgumentParser(description="Write into the built template what it was built for.")
    parser.add_argument("runtime")
    parser.add_argument("architecture")
    parser.add_argument("--snapshots", action="store_true", help="let functions start from a snapshot")
    options = parser.parse_args(arguments)
    template = with_target(yaml_parse(BUILT.read_text()), options.runtime, options.architecture)
    if options.snapshots:
        build = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        try:
            template = with_snapshots(template, options.runtime, build)
        except Unsupported as error:
            sys.stderr.write(f"{error}\n")
            return 1
    BUILT.write_text(yaml_dump(template))
    return 0


if __name__ == "__main__":
    sys.exit(main())
