"""The audit of pinned packages: it knows all of them, and whether it had anything to look them up in."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from verify.audit import KNOWN_BAD, Audit, Report, outcome, pins, rounds

ROOT = Path(__file__).resolve().parents[3]
OLD_KNOWN = [{"name": "urllib3", "version": "1.24.1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}]


def answering(report: Report) -> Audit:
    """An audit that knows the bad release, and says this of all else."""

    def audit(pinned: Iterable[str]) -> Report:
        return OLD_KNOWN if list(pinned) == [KNOWN_BAD] else report

    return audit


def test_given_requirements_when_pins_are_read_then_each_pinned_line_is_there() -> None:
    files = [*ROOT.glob("requirements/*.txt"), *ROOT.glob("layers/*/requirements.txt")]
    lines = {line.partition("==")[0].partition("[")[0].lower() for file in files for line in _pinned(file)}
    found = pins()
    assert {pin.partition("==")[0] for pin in found} == lines
    assert "pydantic" in lines and "checkov" in lines and "schemathesis" in lines


def test_an_audit_without_vulnerability_data_says_so() -> None:
    lines, code = outcome(["a==1"], lambda _: [{"name": "urllib3", "skip_reason": "not found"}])
    assert code == 0
    assert "NOT AUDITED" in lines[0]


def test_a_failing_audit_says_why() -> None:
    def audit(_: Iterable[str]) -> Report:
        raise RuntimeError("no route to host")

    lines, code = outcome(["a==1"], audit)
    assert code == 0
    assert "NOT AUDITED" in lines[0] and "no route to host" in lines[0]


def test_given_packages_without_faults_when_they_are_audited_then_all_is_well() -> None:
    lines, code = outcome(["a==1"], answering([{"name": "a", "version": "1", "vulns": []}]))
    assert (lines, code) == (["pip-audit: 1 packages, 0 vulnerabilities, 0 not looked up"], 0)


def test_a_vulnerable_package_is_named_and_fails_the_audit() -> None:
    bad = {"name": "a", "version": "1", "vulns": [{"id": "CVE-7", "fix_versions": ["1.1"]}]}
    lines, code = outcome(["a==1"], answering([bad]))
    assert code == 1
    assert lines[0] == "a 1: CVE-7, fixed in 1.1"


def test_an_unknown_package_is_named_and_fails_the_audit() -> None:
    lines, code = outcome(["a==1"], answering([{"name": "a", "skip_reason": "not found"}]))
    assert code == 1
    assert lines[0] == "a: not found"


def test_given_two_releases_of_a_package_when_looked_up_then_no_list_has_both() -> None:
    assert rounds(["a==1", "b==1", "a==2"]) == [["a==1", "b==1"], ["a==2"]]


def _pinned(file: Path) -> list[str]:
    return [line for line in file.read_text().splitlines() if "==" in line and not line.startswith("#")]
