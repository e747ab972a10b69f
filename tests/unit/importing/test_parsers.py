"""Parsers of files: what each format holds, faults by their lines, and nothing that a hostile file can break."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from confab.importing.pieces import Piece, Unreadable
from confab.importing.table import TEMPLATE, template
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.imported_files import faults_in, read_all, said_in

SEEN = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
AT = "2026-01-31T12:00:00Z"
MESSAGE = {"id": "m", "role": "user", "content": "x"}


class TestOwn:
    LINE: ClassVar[dict[str, Any]] = {
        "type": "conversation", "id": "0b8f5f3e-1111-5111-8111-111111111111", "externalId": "chat-1",
        "dialect": "openbat", "kind": "organic", "user": {"id": "u", "plan": "pro"},
        "custom": {"seats": 3}, "managed": {}, "logged": {},
        "messages": [
            {"id": "m1", "role": "user", "content": "Hi", "createdAt": AT},
            {"id": "0-ab", "key": "n:0-abcdef012345", "role": "user", "content": "ok", "createdAt": AT},
            {"id": "cd", "key": "t:0123456789abcdef01234567", "role": "user", "content": "so", "createdAt": AT},
        ],
        "feedback": [], "events": [],
    }  # fmt: skip

    def test_a_line_is_a_conversation_and_what_follows_continues_it(self, tmp_path: Path) -> None:
        more = {
            "type": "continuation",
            "conversationId": self.LINE["id"],
            "messages": [{"id": "m9", "role": "assistant", "content": "Bye", "createdAt": AT}],
        }
        first, second = read_all(
            tmp_path, json.dumps({**self.LINE, "continued": True}) + "\n\n" + json.dumps(more) + "\n"
        )
        assert isinstance(first, Piece) and isinstance(second, Piece)
        assert (first.external_id, first.attributes, first.whole) == (
            "chat-1",
            {"user": {"id": "u", "plan": "pro"}, "custom": {"seats": 3}},
            False,
        )
        assert [(draft.id, draft.key) for draft in first.drafts] == [
            ("m1", None), (None, "n:0-abcdef012345"), (None, "t:0123456789abcdef01234567"),
        ]  # fmt: skip
        assert {draft.sent_at for draft in first.drafts} == {datetime(2026, 1, 31, 12, tzinfo=UTC)}
        assert (second.external_id, second.line, [draft.content for draft in second.drafts]) == ("chat-1", 3, ["Bye"])

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"messages": {}}, "messages must be a list"),
            ({"messages": ["x"]}, "messages.0: is not a JSON object"),
            ({"messages": [{"role": "user", "content": "x"}]}, "messages.0: id must be a string"),
            ({"messages": [{**MESSAGE, "content": "x" * 1_000_001}]}, "messages.0: content has 1,000,001"),
            ({"messages": [{"id": "m" * 1025, "role": "user", "content": "x"}]}, "messages.0: id must have 1 to 1,024"),
            ({"messages": [{**MESSAGE, "createdAt": "soon"}]}, "messages.0: createdAt: must be a time"),
            ({"externalId": None, "id": "no uuid"}, "a conversation has an externalId"),
            ({"externalId": 5}, "externalId must be a string"),
            ({"dialect": "latin"}, "dialect is one of"),
            ({"user": "ann"}, "user must be an object"),
            ({"user": {"id": ["a"]}}, "user.id must be a string"),
            ({"feedback": [{"kind": "angry"}]}, "feedback is an object with a kind"),
            ({"events": [{"entity": "search"}]}, "an event is an object with an entity"),
        ],
    )  # fmt: skip
    def test_a_wrong_line_is_a_fault_and_the_others_are_taken(
        self, tmp_path: Path, change: dict[str, Any], said: str
    ) -> None:
        lines = [self.LINE, {**self.LINE, **change}, {**self.LINE, "externalId": "chat-3"}]
        found = read_all(tmp_path, "\n".join(map(json.dumps, lines)))
        [(line, message)] = faults_in(found)
        assert line == 2 and message.startswith(said), message
        assert [each.external_id for each in found if isinstance(each, Piece)] == ["chat-1", "chat-3"]

    def test_a_key_that_an_export_does_not_write_gives_no_identity(self, tmp_path: Path) -> None:
        message = {"id": "m", "key": "i:other/../m", "role": "user", "content": "x", "createdAt": AT}
        [piece] = read_all(tmp_path, json.dumps({**self.LINE, "messages": [message]}))
        assert isinstance(piece, Piece)
        assert (piece.drafts[0].id, piece.drafts[0].key) == ("m", None)

    def test_extras_have_the_forms_that_readers_know(self, tmp_path: Path) -> None:
        extras = {
            "tools": [{"name": "t", "input": {"a": 1}, "x": 1}, "y"],
            "attachments": "z",
            "reasoning": 5,
            "other": {},
        }
        message = {"id": "m", "role": "assistant", "content": "x", "extras": extras}
        [piece] = read_all(tmp_path, json.dumps({**self.LINE, "messages": [message]}))
        assert isinstance(piece, Piece) and piece.drafts[0].extras == {"tools": [{"name": "t", "input": {"a": 1}}]}


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20).filter(
    lambda text: bool(text.strip())
)


class TestCsv:
    @SEEN
    @given(
        rows=st.lists(
            st.tuples(st.sampled_from("ab"), CELL, st.sampled_from(["user", "assistant"])), min_size=1, max_size=8
        ),
        delimiter=st.sampled_from(",;\t"),
    )
    def test_what_was_written_as_csv_is_read_and_reads_the_same_again(
        self, tmp_path: Path, rows: list[tuple[str, str, str]], delimiter: str
    ) -> None:
        text = io.StringIO()
        writer = csv.writer(text, delimiter=delimiter)
        writer.writerow(["conversation_id", "message_id", "role", "content"])
        for number, (conversation, content, role) in enumerate(rows):
            writer.writerow([conversation, f"m{number}", role, content])
        found = read_all(tmp_path, text.getvalue(), form="csv")
        expected: dict[str, list[tuple[str, str, str]]] = {}
        for number, (conversation, content, role) in enumerate(rows):
            expected.setdefault(conversation, []).append((role, content, f"m{number}"))
        assert said_in(found) == expected
        assert read_all(tmp_path, text.getvalue(), form="csv") == found

    def test_columns_are_mapped_and_say_what_is_around(self, tmp_path: Path) -> None:
        text = "Chat;Wer;Was;Wann;user_id;custom.seats;plan\nc1;Kunde;Hallo;2026-01-31 12:00;u1;3;pro\n".replace(
            "Kunde", "customer"
        )
        columns = {"conversation_id": "Chat", "role": "Wer", "content": "Was", "sent_at": "Wann"}
        [piece] = read_all(tmp_path, text, columns=columns)
        assert isinstance(piece, Piece)
        assert piece.attributes == {"user": {"id": "u1", "plan": "pro"}, "custom": {"seats": "3"}}
        [draft] = piece.drafts
        assert (draft.role, draft.content, draft.sent_at) == ("user", "Hallo", datetime(2026, 1, 31, 12, tzinfo=UTC))

    def test_messages_without_ids_have_ids_of_their_content_each_its_own(self, tmp_path: Path) -> None:
        text = "conversation_id,role,content\nc,user,ok\nc,assistant,Yes.\nc,user,ok\n"
        first = said_in(read_all(tmp_path, text))["c"]
        assert len({identifier for _, _, identifier in first}) == 3
        assert said_in(read_all(tmp_path, text + "c,user,more\n"))["c"][:3] == first

    @pytest.mark.parametrize(
        ("row", "said"),
        [
            ("c,robot,hello,", "role: 'robot' is not one of"),
            ("c,user,,", "content is empty"),
            (",user,x,", "conversation_id must have 1 to"),
            ("c,user,x,tomorrow", "sent_at: must be a time"),
            ("c,user,x,,,,", "has 7 cells, and the header has 4"),
        ],
    )
    def test_a_wrong_row_is_a_fault_by_its_line(self, tmp_path: Path, row: str, said: str) -> None:
        text = f'conversation_id,role,content,sent_at\nc,user,"two\nlines",\n{row}\nc,user,after,\n'
        found = read_all(tmp_path, text, form="csv")
        [(line, message)] = faults_in(found)
        assert line == 4 and message.startswith(said), message
        assert said_in([each for each in found if isinstance(each, Piece)])["c"][-1][1] == "after"

    def test_rows_of_one_conversation_without_ids_stand_together(self, tmp_path: Path) -> None:
        found = read_all(tmp_path, "conversation_id,role,content\na,user,x\nb,user,y\na,user,x\n")
        assert faults_in(found) == [(4, "rows of one conversation stand together where messages have no message_id")]

    @pytest.mark.parametrize("text", ["a,b\n1,2\n", "role,content\nuser,x\n", "externalId,firstReplySeconds\n1,2\n"])
    def test_a_file_without_the_columns_is_refused(self, tmp_path: Path, text: str) -> None:
        with pytest.raises(Unreadable, match=r"column|export"):
            read_all(tmp_path, text, form="csv")

    def test_the_template_can_be_imported(self, tmp_path: Path) -> None:
        [piece] = read_all(tmp_path, template())
        assert isinstance(piece, Piece) and piece.attributes["custom"] == {"name": "a field of your own"}
        assert template().split("\r\n")[0].split(",") == list(TEMPLATE)


class TestChats:
    def test_lines_of_openai_are_conversations_and_equal_lines_too(self, tmp_path: Path) -> None:
        line = json.dumps(
            {
                "messages": [
                    {"role": "system", "content": "Be kind."},
                    {"role": "user", "content": [{"type": "text", "text": "Hi"}]},
                    {"role": "assistant", "content": "Hello."},
                ]
            }
        )
        named = json.dumps({"id": "x", "messages": [{"role": "user", "content": "q"}]})
        content = f"{line}\n{line}\n{named}\n"
        said = said_in(read_all(tmp_path, content))
        assert len(said) == 3 and said["x"] == [("user", "q", "m00000")]
        assert [role for role, _, _ in next(iter(said.values()))] == ["system", "user", "assistant"]
        assert said_in(read_all(tmp_path, content)) == said

    @pytest.mark.parametrize("as_array", [True, False])
    def test_sharegpt_is_read_by_line_and_as_an_array(self, tmp_path: Path, as_array: bool) -> None:
        chats = [
            {"id": f"s{n}", "conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}]}
            for n in (1, 2)
        ]
        content = json.dumps(chats, indent=1) if as_array else "\n".join(map(json.dumps, chats))
        said = said_in(read_all(tmp_path, content))
        assert said == {name: [("user", "Hi", "m00000"), ("assistant", "Hello", "m00001")] for name in ("s1", "s2")}

    def test_faults_name_the_message(self, tmp_path: Path) -> None:
        found = read_all(
            tmp_path,
            '{"messages": [{"role": "user", "content": "a"}]}\n'
            '{"messages": [{"content": "b"}]}\n{"messages": []}\nnonsense\n',
        )
        assert [line for line, _ in faults_in(found)] == [2, 3, 4]
        assert faults_in(found)[0][1].startswith("messages.0: a message says who speaks")


class TestChatGpt:
    def test_the_branch_that_was_shown_last_is_taken(self, tmp_path: Path) -> None:
        def node(name: str, parent: str | None, role: str, text: str, **more: Any) -> dict[str, Any]:
            message = {
                "id": f"id-{name}",
                "author": {"role": role},
                "content": {"content_type": "text", "parts": [text]},
                "create_time": 1767225600.5,
                **more,
            }
            return {"id": name, "parent": parent, "children": ["?"], "message": message}

        mapping = {
            "root": {"id": "root", "parent": None, "children": ["a"], "message": None},
            "s": node("s", "root", "system", ""),
            "a": node("a", "s", "user", "What is 2+2?"),
            "b": node("b", "a", "assistant", "5"),
            "c": node("c", "a", "assistant", "4"),
            "h": node("h", "c", "user", "hidden", metadata={"is_visually_hidden_from_conversation": True}),
            "d": node("d", "h", "user", "Thanks"),
        }
        chats = [{"title": "Sum", "conversation_id": "g1", "current_node": "d", "mapping": mapping}]
        for content in (json.dumps(chats), {"user.json": "{}", "conversations.json": json.dumps(chats)}):
            [piece] = read_all(tmp_path, content)
            assert isinstance(piece, Piece) and piece.attributes == {"custom": {"title": "Sum"}}
            assert said_in([piece]) == {
                "g1": [("user", "What is 2+2?", "id-a"), ("assistant", "4", "id-c"), ("user", "Thanks", "id-d")]
            }
            assert piece.drafts[0].sent_at == datetime(2026, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC)

    def test_a_tree_that_is_a_circle_ends(self, tmp_path: Path) -> None:
        mapping = {name: {"parent": other, "message": None} for name, other in (("a", "b"), ("b", "a"))}
        assert read_all(tmp_path, json.dumps([{"id": "g", "current_node": "a", "mapping": mapping}])) == []


class TestSlack:
    def test_threads_and_days_are_conversations_and_bots_answer(self, tmp_path: Path) -> None:
        users = [
            {"id": "U1", "name": "ann", "profile": {"real_name": "Ann", "email": "ann@example.com"}},
            {"id": "U2", "name": "sup", "profile": {"real_name": "Sue"}},
        ]
        first = [
            {
                "type": "message",
                "user": "U1",
                "text": "Help <@U2> &amp; soon",
                "ts": "1767225600.000100",
                "thread_ts": "1767225600.000100",
            },
            {"type": "message", "subtype": "channel_join", "user": "U1", "text": "joined", "ts": "1767225601.0"},
            {
                "type": "message",
                "bot_id": "B1",
                "text": "I look.",
                "ts": "1767225660.000200",
                "thread_ts": "1767225600.000100",
            },
            {"type": "message", "user": "U1", "text": "Alone", "ts": "1767225700.000300"},
        ]
        second = [
            {
                "type": "message",
                "user": "U2",
                "text": "Done",
                "ts": "1767312000.000100",
                "thread_ts": "1767225600.000100",
            }
        ]
        archive = {
            "users.json": json.dumps(users),
            "channels.json": "[]",
            "help/2026-01-02.json": json.dumps(second),
            "help/2026-01-01.json": json.dumps(first),
        }
        found = read_all(tmp_path, archive, assistants=frozenset({"Sue"}))
        assert said_in(found) == {
            "slack:help/1767225600.000100": [
                ("user", "Help @Sue & soon", "1767225600.000100"),
                ("assistant", "I look.", "1767225660.000200"),
                ("assistant", "Done", "1767312000.000100"),
            ],
            "slack:help/2026-01-01": [("user", "Alone", "1767225700.000300")],
        }
        assert isinstance(found[0], Piece) and found[0].attributes["user"] == {
            "id": "U1",
            "name": "Ann",
            "email": "ann@example.com",
        }


def _telegram(*messages: Any) -> dict[str, Any]:
    return {"name": "Ann", "type": "personal_chat", "id": 42, "messages": list(messages)}


def _sent(number: int, who: str, text: Any, hours: float) -> dict[str, Any]:
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    return {
        "id": number,
        "type": "message",
        "date": f"{at:%Y-%m-%dT%H:%M:%S}",
        "date_unixtime": str(int(at.timestamp())),
        "from": who,
        "from_id": f"user{len(who)}",
        "text": text,
    }


class TestTelegram:
    @pytest.mark.parametrize("indent", [None, 1])
    @pytest.mark.parametrize("all_chats", [True, False])
    def test_a_day_of_silence_begins_another_conversation(
        self, tmp_path: Path, indent: int | None, all_chats: bool
    ) -> None:
        chat = _telegram(
            _sent(1, "Ann", "Hi", 0), {"id": 2, "type": "service", "action": "phone_call"},
            _sent(3, "Support", ["See ", {"type": "link", "text": "https://x.example"}], 1),
            _sent(4, "Ann", "Again", 30),
        )  # fmt: skip
        whole = {"about": "x", "chats": {"about": "y", "list": [chat]}, "contacts": {"list": []}} if all_chats else chat
        said = said_in(read_all(tmp_path, json.dumps(whole, indent=indent), assistants=frozenset({"Support"})))
        assert said == {
            "telegram:42/2026-01-01T00:00:00": [("user", "Hi", "1"), ("assistant", "See https://x.example", "3")],
            "telegram:42/2026-01-02T06:00:00": [("user", "Again", "4")],
        }

    def test_without_a_name_of_who_answers_it_says_whom_there_is(self, tmp_path: Path) -> None:
        with pytest.raises(Unreadable, match="--assistant; the file has Ann \\(user3\\)"):
            read_all(tmp_path, json.dumps(_telegram(_sent(1, "Ann", "Hi", 0))))


class TestWhatsApp:
    TEXT = (
        "\u200e[31.01.26, 09:00:00] Shop: \u200eMessages and calls are end-to-end encrypted.\r\n"
        "[31.01.26, 09:01:02] Ann: Where is it?\nsecond line\r\n"
        "[31.01.26, 09:02:00] Ann: <Media omitted>\n"
        "[31.01.26, 09:03:00] Shop: On its way: today\n"
        "[02.02.26, 09:04:00] Ann: Thanks\n"
    )

    def test_lines_are_messages_and_more_lines_belong_to_them(self, tmp_path: Path) -> None:
        content = {"WhatsApp Chat - Ann/_chat.txt": self.TEXT, "WhatsApp Chat - Ann/a.jpg": "x"}
        found = read_all(tmp_path, content, assistants=frozenset({"Shop"}))
        said = list(said_in(found).values())
        assert [[(role, text) for role, text, _ in each] for each in said] == [
            [
                ("assistant", "Messages and calls are end-to-end encrypted."),
                ("user", "Where is it?\nsecond line"), ("assistant", "On its way: today"),
            ],
            [("user", "Thanks")],
        ]  # fmt: skip
        assert isinstance(found[0], Piece) and found[0].drafts[1].sent_at == datetime(2026, 1, 31, 9, 1, 2, tzinfo=UTC)

    def test_a_file_that_has_grown_gives_the_same_ids_again(self, tmp_path: Path) -> None:
        options = {"assistants": frozenset({"Shop"})}
        before, after = (
            said_in(read_all(tmp_path, self.TEXT + more, **options)) for more in ("", "[02.02.26, 09:05:00] Ann: Bye\n")
        )
        assert {name: each[: len(before[name])] for name, each in after.items()} == before

    def test_dates_that_fit_both_orders_are_not_guessed(self, tmp_path: Path) -> None:
        text = "1/2/26, 9:00 PM - Ann: Hi\n3/4/26, 9:00 PM - Shop: Hello\n"
        with pytest.raises(Unreadable, match="--dates dmy or --dates mdy"):
            read_all(tmp_path, text, assistants=frozenset({"Shop"}))
        for dates, expected in (("dmy", (2, 1)), ("mdy", (1, 2))):
            first = read_all(tmp_path, text, assistants=frozenset({"Shop"}), dates=dates)[0]
            assert isinstance(first, Piece) and first.drafts[0].sent_at is not None
            at = first.drafts[0].sent_at
            assert ((at.month, at.day), at.hour) == (expected, 21)

    def test_one_date_that_fits_one_order_tells(self, tmp_path: Path) -> None:
        text = "1/2/26, 9:00 PM - Ann: Hi\n1/31/26, 9:00 PM - Shop: Hello\n"
        first = read_all(tmp_path, text, assistants=frozenset({"Shop"}))[0]
        assert isinstance(first, Piece) and first.drafts[0].sent_at == datetime(2026, 1, 2, 21, tzinfo=UTC)
