"""Checks the template as far as that can be done without AWS, and what is built from it.

    .venv-sam/bin/python -m local.check_template [--template template.yaml] [--build-dir build/check]

No single tool finds every fault. `sam validate --lint` runs the linter in place of SAM's own checks, neither follows a
reference from Globals or from an event, and `sam build` passes over a function whose folder is missing. So all of them
run, the linter also reads what SAM makes of the template, and what was built is looked at: files, bytecode, processor,
and whether each handler can be imported with nothing but its own folder, the layers and boto3.

Must be run by the Python of the SAM CLI's virtual environment. Needs no credentials and no network but pip's.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from local.template import Template, load

REGION = "eu-west-1"
# SAM's own policy for a queue names batch actions that the linter does not know; and in the path of a function that may
# be left out it asks for the same condition twice. It tries defaults where a condition keeps them out.
IGNORED_LINT = ("W3037", "W1028", "W1030")
LAYER_PACKAGES = {
    "ConfabLayer": ("confab",),
    "DependenciesLayer": ("pydantic", "aws_lambda_powertools"),
    "DuckdbLayer": ("duckdb",),
}

_WITHOUT_DUCKDB = "python3.11"
_COPIES = "UseQuery"
"""The condition of what needs copies of conversations."""
_FUNCTION = "AWS::Serverless::Function"
_LAYER = "AWS::Serverless::LayerVersion"
# What Lambda's Python runtimes bring along.
_IN_THE_RUNTIME = ("boto3", "botocore", "s3transfer", "urllib3", "jmespath", "dateutil", "six")


class CheckError(Exception):
    """What is wrong, one fault a line."""


def translate(template: Template) -> Template:
    """What CloudFormation makes of a SAM template, with the code's places filled in as packaging would."""
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.translator.transform import transform

    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)
    packaged: Template = json.loads(json.dumps(template, default=str))
    for resource in packaged["Resources"].values():
        properties = resource.setdefault("Properties", {})
        for key in ("CodeUri", "ContentUri"):
            if isinstance(properties.get(key), str) and properties[key]:
                properties[key] = f"s3://bucket/{properties[key]}"
    try:
        translated: Template = transform(packaged, {}, _NoManagedPolicies())
    except InvalidDocumentException as error:
        raise CheckError("\n".join(str(cause.message) for cause in error.causes)) from None
    return translated


def artifact_faults(template: Template, build: Path, runtime: str, architecture: str) -> list[str]:
    """What is missing from, or wrong with, the folders that `sam build` made of a template's functions and layers."""
    tag = "cpython-" + runtime.removeprefix("python").replace(".", "")
    faults: list[str] = []
    for name, resource in template["Resources"].items():
        folder = built(build, name)
        if resource["Type"] not in {_FUNCTION, _LAYER}:
            continue
        if not folder.is_dir():
            faults.append(f"{name}: nothing was built; is the folder that it names there?")
        elif resource["Type"] == _FUNCTION:
            handler = handler_file(template, name)
            if not (folder / handler).is_file():
                faults.append(f"{name}: the built folder has no {handler}, where its handler should be")
            else:
                faults += (f"{name}: {path} has no bytecode for {runtime}" for path in _without_bytecode(folder, tag))
        else:
            faults += (f"{name}: {fault}" for fault in _layer_faults(folder, name, runtime, tag, architecture))
    return faults


def without_copies(template: Template, runtime: str) -> Template:
    """A template without what a runtime cannot have: DuckDB has no wheel for the first one."""
    if runtime != _WITHOUT_DUCKDB:
        return template
    kept = {name: each for name, each in template["Resources"].items() if each.get("Condition") != _COPIES}
    return {**template, "Resources": _otherwise(kept)}


def _otherwise(value: Any) -> Any:
    """A part of a template with what it has where there are no copies."""
    if isinstance(value, dict):
        if value.get("Fn::If", [""])[0] == _COPIES:
            return _otherwise(value["Fn::If"][2])
        return {name: _otherwise(each) for name, each in value.items()}
    return [_otherwise(each) for each in value] if isinstance(value, list) else value


def built(build: Path, name: str) -> Path:
    """The folder that was built for a function or a layer; of a nested stack's in a folder of the stack's name."""
    return next(iter(sorted(build.glob(f"*/{name}"))), build / name)


def handler_file(template: Template, function: str) -> str:
    """The file of a function's handler: package.module.function is package/module.py."""
    own = template["Resources"][function].get("Properties", {})
    handler: str = own.get("Handler") or template.get("Globals", {}).get("Function", {}).get("Handler", "")
    return handler.rpartition(".")[0].replace(".", "/") + ".py"


def import_faults(template: Template, build: Path) -> list[str]:
    """Which handlers cannot be imported with what Lambda has: folder, layers, boto3, and the declared variables."""
    shared = template.get("Globals", {}).get("Function", {})
    layers = [
        str(built(build, name) / "python") for name, found in template["Resources"].items() if found["Type"] == _LAYER
    ]
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as runtime:
        _link_runtime(Path(runtime))
        for name, resource in template["Resources"].items():
            if resource["Type"] != _FUNCTION:
                continue
            own = resource.get("Properties", {})
            declared = {
                **shared.get("Environment", {}).get("Variables", {}),
                **own.get("Environment", {}).get("Variables", {}),
            }
            module, _, function = (own.get("Handler") or shared.get("Handler")).rpartition(".")
            environ = {key: _value_of(template, value) for key, value in declared.items()}
            path = [str(built(build, name)), *layers, runtime]
            code = f"import sys; sys.path[:0] = {path!r}; import importlib; "
            code += f"getattr(importlib.import_module({module.replace('/', '.')!r}), {function!r})"
            ran = subprocess.run(
                [sys.executable, "-I", "-S", "-c", code],
                env={**environ, "AWS_DEFAULT_REGION": REGION, "AWS_LAMBDA_FUNCTION_NAME": name},
                capture_output=True,
                text=True,
                check=False,
            )
            if ran.returncode:
                last = (ran.stderr.strip().splitlines() or ["no message"])[-1]
                faults.append(f"{name}: its handler cannot be imported from what was built: {last}")
    return faults


def main(arguments: list[str] | None = None) -> int:
    """The command; returns its exit status."""
    parser = argparse.ArgumentParser(description="Check the template and what is built from it.")
    parser.add_argument("--template", type=Path, default=Path("template.yaml"))
    parser.add_argument("--build-dir", type=Path, default=Path("build/check"))
    options = parser.parse_args(arguments)
    path: Path = options.template.resolve()
    build: Path = options.build_dir.resolve()
    runtime = "python{}.{}".format(*sys.version_info[:2])
    architecture = "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x86_64"
    try:
        _step("linted", _sam("validate", "--lint", "--template-file", str(path), cwd=path.parent))
        _step("valid", _sam("validate", "--region", REGION, "--template-file", str(path), cwd=path.parent))
        template = load(path)
        _step("linted as SAM translates it", _lint(translate(template)))
        _step(f"built for {runtime} on {architecture}", _build(path, build, runtime, architecture))
        template = without_copies(template, runtime)
        _step("complete", artifact_faults(template, build, runtime, architecture))
        if platform.system() == "Linux":
            _step("importable", import_faults(template, build))
    except CheckError as error:
        sys.stderr.write(f"{error}\nThe template is not right: see above.\n")
        return 1
    return 0


class _NoManagedPolicies:
    """Stands in for IAM's list of managed policies, which the template does not use."""

    def load(self) -> dict[str, str]:
        return {}


def _value_of(template: Template, value: object) -> str:
    """A variable's value: a parameter's default, or anything where AWS would put a resource's name."""
    if isinstance(value, dict):
        return str(template.get("Parameters", {}).get(value.get("Ref"), {}).get("Default", "something"))
    return str(value)


def _step(passed: str, faults: list[str]) -> None:
    if faults:
        raise CheckError("\n".join(faults))
    sys.stdout.write(f"template: {passed}\n")
    sys.stdout.flush()


def _layer_faults(folder: Path, name: str, runtime: str, tag: str, architecture: str) -> Iterator[str]:
    python = folder / "python"
    for package in LAYER_PACKAGES.get(name, ()):
        if not (python / package / "__init__.py").is_file():
            yield f"python/{package} is missing"
    if not python.is_dir():
        return
    for path in _without_bytecode(python, tag):
        yield f"python/{path} has no bytecode for {runtime}"
        break  # one of them says enough: the whole layer is compiled in one go
    machine = {"arm64": "aarch64", "x86_64": "x86_64"}[architecture]
    for path in sorted(python.rglob("*.so")):
        if f".{tag}-{machine}-" not in path.name and ".abi3." not in path.name:
            yield f"python/{path.relative_to(python)} is not for {runtime} on {architecture}"
    for package in ("boto3", "botocore"):
        if (python / package).exists():
            yield f"python/{package} should come from the runtime"


def _without_bytecode(folder: Path, tag: str) -> list[Path]:
    sources = (path for path in sorted(folder.rglob("*.py")) if path.parent.name != "__pycache__")
    return [
        path.relative_to(folder)
        for path in sources
        if not (path.parent / "__pycache__" / f"{path.stem}.{tag}.pyc").is_file()
    ]


def _link_runtime(folder: Path) -> None:
    for package in _IN_THE_RUNTIME:
        found = importlib.util.find_spec(package)
        if found is not None and found.origin is not None:
            origin = Path(found.origin)
            source = origin.parent if origin.name == "__init__.py" else origin
            (folder / source.name).symlink_to(source)


def _sam(*arguments: str, cwd: Path, **variables: str) -> list[str]:
    environ = {**os.environ, "SAM_CLI_TELEMETRY": "0", **variables}
    sam = Path(sys.executable).parent / "sam"
    return _faults_of([str(sam), *arguments], cwd, environ)


def _lint(translated: Template) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "translated.json"
        plain.write_text(json.dumps(translated, indent=1, default=str), encoding="utf-8")
        linter = Path(sys.executable).parent / "cfn-lint"
        ignored = [word for rule in IGNORED_LINT for word in ("-i", rule)]
        return _faults_of([str(linter), "-r", REGION, *ignored, "-t", str(plain)], plain.parent, dict(os.environ))


def _build(path: Path, build: Path, runtime: str, architecture: str) -> list[str]:
    overrides = [f"Runtime={runtime}", f"Architecture={architecture}"]
    return _sam(
        "build",
        *("--template-file", str(path), "--build-dir", str(build)),
        *("--parameter-overrides", *overrides),
        cwd=path.parent,
        RUNTIME=runtime,
        ARCHITECTURE=architecture,
        PYTHON=sys.executable,
    )


def _faults_of(command: list[str], cwd: Path, environ: dict[str, str]) -> list[str]:
    ran = subprocess.run(
        command, cwd=cwd, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if ran.returncode == 0:
        return []
    return [ran.stdout.strip() or f"{Path(command[0]).name} ended with status {ran.returncode}"]


if __name__ == "__main__":
    sys.exit(main())
