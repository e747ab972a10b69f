"""The commands `analyze` and `evaluate`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from confab_cli.analysis_commands import register
from typer.testing import CliRunner

GOOD = {
    "conversationId": "c1",
    "messages": [
        {"role": "user", "content": "Where is my refund?"},
        {"role": "assistant", "content": "I'm sorry, I cannot find it."},
        {"role": "user", "content": "You already told me that three times!"},
    ],
}
RATINGS = (
    "USER\tThis is useless, you do not understand me\tINFORM\t1,2,1\n"
    "SYSTEM\tSorry, what do you need?\tREQUEST\t\n"
    "USER\tA taxi to the station\tINFORM\t3,3,3\n"
    "SYSTEM\tYour taxi is booked.\tINFORM\t\n"
    "USER\tPerfect, thank you so much\tTHANK_YOU\t5,5,4\n"
    "USER\tOVERALL\t\t4,4,4\n"
)


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()
    register(app)
    return app


def test_given_good_lines_when_analyzed_then_each_gives_one_object_in_order(app: typer.Typer, tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text(f"{json.dumps(GOOD)}\n\n{json.dumps(GOOD | {'conversationId': 'c2'})}\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["analyze", str(file)])
    assert result.exit_code == 0
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [one["conversationId"] for one in found] == ["c1", "c2"]
    first = found[0]
    assert [message["role"] for message in first["messages"]] == ["user", "assistant", "user"]
    assert {"sentiment", "label", "reasoning", "intent", "topics", "flags"} < first["messages"][0].keys()
    assert first["messages"][1].keys() == {"role", "behaviour", "outcome"}
    assert (first["firstBadTurn"], first["arrivedUpset"]) == (2, True)
    assert {"outcome", "topics", "state", "trend", "headline", "summary"} < first.keys()


def test_given_a_bad_line_when_analyzed_then_it_is_named_and_the_rest_goes_on(app: typer.Typer) -> None:
    lines = ["{nope", json.dumps(GOOD), '{"conversationId": "x"}', '"text"', "[" * 100_000, json.dumps(GOOD)]
    result = CliRunner().invoke(app, ["analyze", "-"], input="\n".join(lines))
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 2
    assert "line 1: not JSON" in result.stderr
    assert "line 3: messages must be an array" in result.stderr
    assert "line 4: must be a JSON object" in result.stderr
    assert "line 5:" in result.stderr


def test_given_bytes_that_are_not_text_when_analyzed_then_nothing_crashes(app: typer.Typer) -> None:
    result = CliRunner().invoke(
        app, ["analyze", "-"], input=b"\xef\xbb\xbf" + json.dumps(GOOD).encode() + b"\n\xff\xfe\n"
    )
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 1
    assert "line 2" in result.stderr


def test_given_no_such_file_when_analyzed_then_one_line_says_so(app: typer.Typer, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["analyze", str(tmp_path / "none")])
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1


def test_given_ratings_when_evaluated_then_both_kinds_of_figures_are_printed(app: typer.Typer) -> None:
    result = CliRunner().invoke(app, ["evaluate", "-"], input=f"{RATINGS}\n" * 5)
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert (found["dialogues"], found["turns"], found["dissatisfied"]) == (5, 15, 5)
    perfect = {"spearman": 1.0, "auc": 1.0}
    assert found["crossValidated"] == {"folds": 5, **perfect, "satisfaction": perfect}
    assert found["shipped"]["auc"] == 1.0
    assert "SGD" in found["shipped"]["trainedOn"]


def test_given_labels_when_evaluated_then_agreement_is_printed(app: typer.Typer, tmp_path: Path) -> None:
    labels = tmp_path / "labels.tsv"
    labels.write_text("c1\t0\treport_problem\tbad\teither\t\t-\tunresolved,open\tapp,crash\n", encoding="utf-8")
    talk = {"conversationId": "c1", "messages": [{"role": "user", "content": "The app crashed"}]}
    result = CliRunner().invoke(app, ["evaluate", "-", "--labels", str(labels)], input=json.dumps(talk))
    found = json.loads(result.stdout)
    assert (found["conversations"], found["agreement"]["intent"]) == (1, {"of": 1, "right": 1, "share": 1.0})
    labels.write_text("c1\n", encoding="utf-8")
    assert CliRunner().invoke(app, ["evaluate", "-", "--labels", str(labels)], input="").exit_code == 1
    labels.write_text("", encoding="utf-8")
    assert CliRunner().invoke(app, ["evaluate", "-", "--labels", str(labels)], input="[]").exit_code == 1


def test_fewer_dialogues_than_folds_are_not_cross_validated(app: typer.Typer) -> None:
    found = json.loads(CliRunner().invoke(app, ["evaluate", "-"], input=RATINGS).stdout)
    assert found["crossValidated"] is None
    assert found["shipped"]["spearman"] == 1.0


def test_given_an_unreadable_ratings_file_when_evaluated_then_the_line_is_named(app: typer.Typer) -> None:
    result = CliRunner().invoke(app, ["evaluate", "-"], input="USER\thi\tX\t3\nBOT\thello\tX\t\n")
    assert result.exit_code == 1
    assert "line 2" in result.stderr
