"""Reading the template: folders, routes, CORS, parameters."""

from __future__ import annotations

from pathlib import Path

import pytest

from local import template as reading
from local.template import Route, Template

TEMPLATE = """
AWSTemplateFormatVersion: 2010-09-09
Parameters:
  Memory: {Type: Number, Default: 512}
  Protect: {Type: String, Default: 'true'}
  Origins: {Type: CommaDelimitedList, Default: '*'}
Globals:
  Function: {AutoPublishAlias: live, MemorySize: !Ref Memory}
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      DefinitionBody:
        x-amazon-apigateway-cors: {allowOrigins: !Split [',', !Ref Origins], maxAge: 60}
  Layer:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: layers/one/}
  Table:
    Type: AWS::DynamoDB::Table
    Properties: {DeletionProtectionEnabled: !Ref Protect}
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/hello/
      Role: !GetAtt Role.Arn
      Environment: {Variables: {SIZE: !Ref Memory}}
      Events:
        Get: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: get, Path: '/hello/{name}'}}
        All: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: any, Path: '/all/{proxy+}'}}
        Rest: {Type: HttpApi, Properties: {ApiId: !Ref Api}}
        Queue: {Type: SQS, Properties: {Queue: !GetAtt Queue.Arn}}
"""


@pytest.fixture
def template(tmp_path: Path) -> Template:
    path = tmp_path / "template.yaml"
    path.write_text(TEMPLATE, encoding="utf-8")
    return reading.load(path)


def test_given_short_forms_when_loaded_then_they_are_the_long_ones(template: Template) -> None:
    assert template["AWSTemplateFormatVersion"] == "2010-09-09"
    assert template["Resources"]["Hello"]["Properties"]["Role"] == {"Fn::GetAtt": ["Role", "Arn"]}


def test_the_packages_are_the_folders_of_functions_and_layers(template: Template) -> None:
    assert reading.packages(template) == {
        ("Layer", "ContentUri"): "layers/one/",
        ("Hello", "CodeUri"): "functions/hello/",
    }
    assert reading.layers(template) == ["Layer"]


def test_given_http_events_when_asked_for_routes_then_each_is_one(template: Template) -> None:
    assert reading.routes(template) == [
        Route("GET /hello/{name}", "Hello"),
        Route("ANY /all/{proxy+}", "Hello"),
        Route("$default", "Hello"),
    ]
    assert reading.http_api(template) == "Api"
    assert reading.alias(template, "Hello") == "live"


def test_given_cors_in_the_definition_when_read_then_the_parameter_is_written_in(template: Template) -> None:
    given = {"Origins": "https://a.example, https://b.example"}
    assert reading.cors(template, given) == {"AllowOrigins": ["https://a.example", "https://b.example"], "MaxAge": 60}


def test_given_cors_as_a_property_when_read_then_it_is_the_same(template: Template) -> None:
    template["Resources"]["Api"]["Properties"] = {"CorsConfiguration": {"AllowOrigins": {"Ref": "Origins"}}}
    assert reading.cors(template, {"Origins": "*"}) == {"AllowOrigins": ["*"]}
    template["Resources"]["Api"]["Properties"] = {}
    assert reading.cors(template, {"Origins": "*"}) is None


def test_given_typed_parameters_when_written_in_then_variables_stay_text(template: Template) -> None:
    typed = reading.with_typed_parameters(template, {"Memory": "1024", "Protect": "false"})
    hello = typed["Resources"]["Hello"]["Properties"]
    assert typed["Globals"]["Function"]["MemorySize"] == 1024
    assert typed["Resources"]["Table"]["Properties"]["DeletionProtectionEnabled"] is False
    assert hello["Environment"]["Variables"] == {"SIZE": {"Ref": "Memory"}}
    assert template["Globals"]["Function"]["MemorySize"] == {"Ref": "Memory"}


def test_given_wanted_parameters_when_the_template_lacks_one_then_it_is_left_out(template: Template) -> None:
    assert reading.parameters(template, {"Memory": "1", "Unknown": "2"}) == {"Memory": "1"}


def test_every_folder_that_the_template_packages_exists() -> None:
    root = Path(__file__).resolve().parents[3]
    own = reading.load(root / "template.yaml")
    assert Route("POST /api/v1/capture", "CaptureFunction") in reading.routes(own)
    assert [uri for uri in reading.packages(own).values() if not (root / uri).is_dir()] == []
