"""What is made of the template: its translation, the built folders, and the layers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import ClassVar

import pytest

from local import build_layers
from local.check_template import CheckError, artifact_faults, handler_file, translate
from local.template import Template

TAG = "cpython-311"


class TestTranslation:
    """Faults that the linter alone lets through."""

    @staticmethod
    def copy(template: Template) -> Template:
        """A template of one function and its API, which is translated in a moment."""
        copied: Template = json.loads(json.dumps(template, default=str))
        copied["Resources"] = {name: copied["Resources"][name] for name in ("TrackFunction", "HttpApi")}
        return copied

    def test_given_nothing_wrong_when_translated_then_it_is_not_refused(self, template: Template) -> None:
        assert "TrackFunction" in translate(self.copy(template))["Resources"]

    def test_given_a_route_without_a_path_when_translated_then_it_is_refused(self, template: Template) -> None:
        broken = self.copy(template)
        del broken["Resources"]["TrackFunction"]["Properties"]["Events"]["Track"]["Properties"]["Path"]
        with pytest.raises(CheckError, match="Path"):
            translate(broken)

    def test_given_a_misspelt_policy_template_when_translated_then_it_is_refused(self, template: Template) -> None:
        broken = self.copy(template)
        function = broken["Resources"]["TrackFunction"]["Properties"]
        del function["Role"]
        function["Policies"] = [{"DynamoDBCrudPolicyX": {"TableName": {"Ref": "Table"}}}]
        with pytest.raises(CheckError, match="Policy"):
            translate(broken)

    def test_given_an_empty_code_folder_name_when_translated_then_it_is_refused(self, template: Template) -> None:
        broken = self.copy(template)
        broken["Resources"]["TrackFunction"]["Properties"]["CodeUri"] = ""
        with pytest.raises(CheckError, match="CodeUri"):
            translate(broken)

    def test_given_a_misspelt_property_when_translated_then_it_is_refused(self, template: Template) -> None:
        broken = self.copy(template)
        broken["Resources"]["TrackFunction"]["Properties"]["Handlerx"] = "app.handler"
        with pytest.raises(CheckError, match="Handlerx"):
            translate(broken)


class TestArtifacts:
    """What `sam build` may leave out while it says that it succeeded."""

    TEMPLATE: ClassVar[Template] = {
        "Globals": {"Function": {"Handler": "app.handler"}},
        "Resources": {
            "CaptureFunction": {"Type": "AWS::Serverless::Function", "Properties": {}},
            "ConfabLayer": {"Type": "AWS::Serverless::LayerVersion", "Properties": {}},
            "DependenciesLayer": {"Type": "AWS::Serverless::LayerVersion", "Properties": {}},
        },
    }

    @pytest.fixture
    def build(self, tmp_path: Path) -> Path:
        self.source(tmp_path / "CaptureFunction" / "app.py")
        self.source(tmp_path / "ConfabLayer" / "python" / "confab" / "__init__.py")
        for package in ("pydantic", "aws_lambda_powertools"):
            self.source(tmp_path / "DependenciesLayer" / "python" / package / "__init__.py")
        (tmp_path / "DependenciesLayer" / "python" / "pydantic" / f"core.{TAG}-x86_64-linux-gnu.so").touch()
        return tmp_path

    @staticmethod
    def source(path: Path) -> None:
        (path.parent / "__pycache__").mkdir(parents=True, exist_ok=True)
        path.touch()
        (path.parent / "__pycache__" / f"{path.stem}.{TAG}.pyc").touch()

    def faults(self, build: Path, runtime: str = "python3.11", architecture: str = "x86_64") -> list[str]:
        return artifact_faults(self.TEMPLATE, build, runtime, architecture)

    def test_given_a_whole_build_when_checked_then_nothing_is_wrong(self, build: Path) -> None:
        assert self.faults(build) == []

    def test_given_a_function_that_was_not_built_when_checked_then_it_is_named(self, build: Path) -> None:
        shutil.rmtree(build / "CaptureFunction")
        assert [fault.partition(":")[0] for fault in self.faults(build)] == ["CaptureFunction"]

    def test_given_a_function_without_its_handler_when_checked_then_the_file_is_named(self, build: Path) -> None:
        (build / "CaptureFunction" / "app.py").unlink()
        assert self.faults(build) == ["CaptureFunction: the built folder has no app.py, where its handler should be"]

    @pytest.mark.parametrize(
        "path",
        [
            "ConfabLayer/python/confab",
            "DependenciesLayer/python/pydantic",
            "DependenciesLayer/python/aws_lambda_powertools",
        ],
    )
    def test_given_a_layer_without_a_package_when_checked_then_the_package_is_named(
        self, build: Path, path: str
    ) -> None:
        shutil.rmtree(build / path)
        assert any(fault.endswith(f"python/{Path(path).name} is missing") for fault in self.faults(build))

    def test_given_a_layer_without_bytecode_when_checked_then_it_is_named(self, build: Path) -> None:
        shutil.rmtree(build / "ConfabLayer" / "python" / "confab" / "__pycache__")
        assert self.faults(build) == ["ConfabLayer: python/confab/__init__.py has no bytecode for python3.11"]

    def test_every_folder_built_for_another_runtime_is_named(self, build: Path) -> None:
        named = {fault.partition(":")[0] for fault in self.faults(build, runtime="python3.13")}
        assert named == {"CaptureFunction", "ConfabLayer", "DependenciesLayer"}

    def test_an_extension_for_another_processor_is_named(self, build: Path) -> None:
        (fault,) = self.faults(build, architecture="arm64")
        assert fault.endswith("core.cpython-311-x86_64-linux-gnu.so is not for python3.11 on arm64")

    def test_given_a_layer_with_boto3_when_checked_then_it_is_refused(self, build: Path) -> None:
        self.source(build / "DependenciesLayer" / "python" / "boto3" / "__init__.py")
        assert self.faults(build) == ["DependenciesLayer: python/boto3 should come from the runtime"]

    def test_given_a_handler_in_a_package_when_looked_for_then_its_file_is_found(self) -> None:
        template = {"Resources": {"A": {"Properties": {"Handler": "package.module.handler"}}}}
        assert handler_file(template, "A") == "package/module.py"


class TestBuild:
    def test_a_missing_runtime_is_one_line_that_says_what_to_do(
        self, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        status = build_layers.main(["--layer", "confab", "--artifact", str(tmp_path), "--runtime", "python3.99"])
        assert status == 1
        (line,) = capfd.readouterr().err.splitlines()
        assert "python3.99" in line
        assert "install" in line

    def test_a_function_built_twice_has_the_same_bytes_without_caches(self, tmp_path: Path) -> None:
        source = tmp_path / "source"
        (source / "__pycache__").mkdir(parents=True)
        (source / "__pycache__" / "old.pyc").touch()
        (source / "app.py").write_text("def handler(event, context):\n    return event\n", encoding="utf-8")
        for name in ("first", "second"):
            assert build_layers.main(["--function", str(source), "--artifact", str(tmp_path / name)]) == 0
        built = [
            {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
            for folder in (tmp_path / "first", tmp_path / "second")
        ]
        assert built[0] == built[1]
        assert sorted(path.suffix for path in built[0]) == [".py", ".pyc"]
        assert not any(path.name.startswith("old") for path in built[0])

    @pytest.mark.parametrize(
        ("version", "architecture", "platform"),
        [((3, 11), "arm64", "manylinux2014_aarch64"), ((3, 14), "x86_64", "manylinux_2_34_x86_64")],
    )
    def test_only_wheels_that_run_on_lambda_are_taken(
        self, version: tuple[int, int], architecture: str, platform: str
    ) -> None:
        options = build_layers.Target("python", version, architecture).pip_options
        assert "--only-binary=:all:" in options
        assert platform in options
        assert ("manylinux_2_34_aarch64" in options) is False

    def test_given_this_machine_when_pip_is_called_then_it_is_left_to_choose(self) -> None:
        assert build_layers.Target("python", (3, 11), None).pip_options == []
