"""``python -m verify.audit``: pip-audit over every pinned package, and whether it had anything to look them up in."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
FILES: Final = ("requirements/*.txt", "layers/*/requirements.txt")
KNOWN_BAD: Final = "urllib3==1.24.1"
"""A release with vulnerabilities that were published years ago; who does not know of them knows of none."""
_PIN: Final = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([A-Za-z0-9.+!_-]+)")
_TOOL: Final = (
    sys.executable,
    "-m",
    "pip_audit",
    "--no-deps",
    "--disable-pip",
    "--progress-spinner=off",
    "--format=json",
)

Report = Sequence[Mapping[str, Any]]
Audit = Callable[[Iterable[str]], Report]


def pins(root: Path = ROOT) -> list[str]:
    """Every ``name==version`` that is pinned anywhere, once."""
    lines = [line for pattern in FILES for file in sorted(root.glob(pattern)) for line in file.read_text().splitlines()]
    found = (_PIN.match(line) for line in lines)
    return sorted({f"{pin[1].lower()}=={pin[2]}" for pin in found if pin})


def audited(pinned: Iterable[str]) -> Report:
    """What pip-audit says of some packages, one entry each.

    Raises:
        RuntimeError: it ended without a report.
    """
    report: list[Mapping[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        for number, pins_once in enumerate(rounds(pinned)):
            file = Path(folder) / f"{number}.txt"
            file.write_text("".join(f"{pin}\n" for pin in pins_once))
            report += _run(file)
    return report


def rounds(pinned: Iterable[str]) -> list[list[str]]:
    """The pins in as few lists as have no package twice, which pip-audit refuses."""
    releases: dict[str, list[str]] = {}
    for pin in pinned:
        releases.setdefault(pin.partition("==")[0], []).append(pin)
    most = max(map(len, releases.values()), default=0)
    return [[each[number] for each in releases.values() if number < len(each)] for number in range(most)]


def _run(file: Path) -> Report:
    ran = subprocess.run([*_TOOL, "--requirement", str(file)], capture_output=True, text=True, check=False)
    try:
        report: Report = json.loads(ran.stdout)["dependencies"]
    except (ValueError, KeyError):
        raise RuntimeError(ran.stderr.strip().splitlines()[-1] if ran.stderr.strip() else "no report") from None
    return report


def outcome(pinned: Sequence[str], audit: Audit = audited) -> tuple[list[str], int]:
    """What to say of the packages, and the exit code: 1 for vulnerabilities, and for packages nobody could look up.

    Without any vulnerability data it says so and is no failure: that is a fault of the machine, not of the packages.
    """
    try:
        known = any(each.get("vulns") for each in audit([KNOWN_BAD]))
        why = f"nothing is known of {KNOWN_BAD}"
    except RuntimeError as error:
        known, why = False, str(error)
    if not known:
        return [f"pip-audit: NOT AUDITED, there is no vulnerability data on this machine ({why})"], 0
    report = audit(pinned)
    bad = [
        f"{each['name']} {each['version']}: {vulnerability['id']}, fixed in {', '.join(vulnerability['fix_versions'])}"
        for each in report
        for vulnerability in each.get("vulns", ())
    ]
    missed = [f"{each['name']}: {each['skip_reason']}" for each in report if "skip_reason" in each]
    summary = f"pip-audit: {len(report)} packages, {len(bad)} vulnerabilities, {len(missed)} not looked up"
    return [*bad, *missed, summary], int(bool(bad or missed))


def main() -> int:
    """Audit and print."""
    lines, code = outcome(pins())
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return code


if __name__ == "__main__":
    sys.exit(main())
