"""Arrays of messages as the SDKs of language models make them: a short talk about the weather with one tool call."""

from __future__ import annotations

from typing import Any, Final

PIXEL: Final = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

Talk = list[dict[str, Any]]

OPENAI_CHAT: Final[Talk] = [
    {"role": "developer", "content": "Answer in one sentence."},
    {
        "role": "user",
        "content": [
            {"type": "text", "text": "Is it warm here?"},
            {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}", "detail": "low"}},
        ],
    },
    {
        "role": "assistant",
        "content": None,
        "refusal": None,
        "annotations": [],
        "audio": None,
        "function_call": None,
        "tool_calls": [
            {"id": "call_9f", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Rome"}'}}
        ],
    },
    {"role": "tool", "tool_call_id": "call_9f", "content": '{"celsius": 21}'},
    {"role": "assistant", "content": "Yes, it is 21 degrees.", "refusal": None, "annotations": [], "tool_calls": None},
]
OPENAI_FUNCTIONS: Final[Talk] = [
    {"role": "system", "content": "Answer in one sentence."},
    {"role": "user", "content": "Is it warm here?", "name": "ann"},
    {"role": "assistant", "content": None, "function_call": {"name": "weather", "arguments": '{"city": "Rome"}'}},
    {"role": "function", "name": "weather", "content": '{"celsius": 21}'},
    {"role": "assistant", "content": "Yes, it is 21 degrees."},
]
OPENAI_RESPONSES: Final[Talk] = [
    {"role": "developer", "content": "Answer in one sentence."},
    {
        "role": "user",
        "content": [
            {"type": "input_text", "text": "Is it warm here?"},
            {"type": "input_image", "image_url": "https://cdn.example.org/square.png", "detail": "auto"},
            {"type": "input_file", "file_id": "file-8", "filename": "climate.pdf"},
        ],
    },
    {
        "type": "reasoning",
        "id": "rs_1",
        "summary": [{"type": "summary_text", "text": "A tool knows."}],
        "content": None,
    },
    {
        "type": "function_call",
        "id": "fc_1",
        "call_id": "call_9f",
        "name": "weather",
        "arguments": '{"city": "Rome"}',
        "status": "completed",
    },
    {"type": "function_call_output", "call_id": "call_9f", "output": '{"celsius": 21}'},
    {
        "type": "message",
        "id": "msg_1",
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "output_text", "text": "Yes, it is 21 degrees.", "annotations": [], "logprobs": []}],
    },
]
ANTHROPIC: Final[Talk] = [
    {
        "role": "user",
        "content": [
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}},
            {
                "type": "document",
                "source": {"type": "url", "url": "https://example.org/climate.pdf"},
                "title": "Climate",
            },
            {"type": "text", "text": "Is it warm here?", "cache_control": {"type": "ephemeral"}},
        ],
    },
    {
        "role": "assistant",
        "content": [
            {"type": "thinking", "thinking": "A tool knows.", "signature": "EqQB"},
            {"type": "redacted_thinking", "data": "EmwK"},
            {"type": "text", "text": "Let me look.", "citations": None},
            {"type": "tool_use", "id": "toolu_01", "name": "weather", "input": {"city": "Rome"}},
        ],
    },
    {
        "role": "user",
        "content": [
            {"type": "tool_result", "tool_use_id": "toolu_01", "content": [{"type": "text", "text": '{"celsius": 21}'}]}
        ],
    },
    {"role": "assistant", "content": [{"type": "text", "text": "Yes, it is 21 degrees.", "citations": None}]},
]
BEDROCK: Final[Talk] = [
    {
        "role": "user",
        "content": [
            {"text": "Is it warm here?"},
            {"image": {"format": "png", "source": {"bytes": PIXEL}}},
            {"document": {"format": "pdf", "name": "climate", "source": {"s3Location": {"uri": "s3://docs/c.pdf"}}}},
        ],
    },
    {
        "role": "assistant",
        "content": [
            {"reasoningContent": {"reasoningText": {"text": "A tool knows.", "signature": "x"}}},
            {"toolUse": {"toolUseId": "tooluse_1", "name": "weather", "input": {"city": "Rome"}}},
        ],
    },
    {
        "role": "user",
        "content": [
            {"toolResult": {"toolUseId": "tooluse_1", "content": [{"json": {"celsius": 21}}], "status": "success"}}
        ],
    },
    {"role": "assistant", "content": [{"text": "Yes, it is 21 degrees."}]},
]
GEMINI: Final[Talk] = [
    {
        "role": "user",
        "parts": [
            {"text": "Is it warm here?"},
            {"inlineData": {"mimeType": "image/png", "data": PIXEL}},
            {"fileData": {"mimeType": "audio/ogg", "fileUri": "https://files.example.org/a.ogg"}},
        ],
    },
    {
        "role": "model",
        "parts": [
            {"text": "A tool knows.", "thought": True},
            {"functionCall": {"name": "weather", "args": {"city": "Rome"}}, "thoughtSignature": "CsYB"},
        ],
    },
    {"role": "user", "parts": [{"functionResponse": {"name": "weather", "response": {"celsius": 21}}}]},
    {"role": "model", "parts": [{"text": "Yes, it is 21 degrees."}]},
]
LANGCHAIN_DUMPED: Final[Talk] = [
    {
        "content": "Answer in one sentence.",
        "additional_kwargs": {},
        "response_metadata": {},
        "type": "system",
        "id": None,
    },
    {
        "content": "Is it warm here?",
        "additional_kwargs": {},
        "type": "human",
        "name": None,
        "id": None,
        "example": False,
    },
    {
        "content": "",
        "additional_kwargs": {
            "tool_calls": [
                {"id": "call_9f", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Rome"}'}}
            ]
        },
        "response_metadata": {"finish_reason": "tool_calls"},
        "type": "ai",
        "name": None,
        "id": "run-1-0",
        "tool_calls": [{"name": "weather", "args": {"city": "Rome"}, "id": "call_9f", "type": "tool_call"}],
        "invalid_tool_calls": [],
        "usage_metadata": {"input_tokens": 9, "output_tokens": 4, "total_tokens": 13},
    },
    {
        "content": '{"celsius": 21}',
        "type": "tool",
        "name": "weather",
        "id": None,
        "tool_call_id": "call_9f",
        "artifact": None,
        "status": "success",
    },
    {"content": [{"type": "text", "text": "Yes, it is 21 degrees."}], "type": "AIMessageChunk", "id": "run-2-0"},
]
LANGCHAIN_STORED: Final[Talk] = [
    {"type": "human", "data": {"content": "Is it warm here?", "type": "human", "id": None}},
    {
        "type": "ai",
        "data": {"content": "", "tool_calls": [{"name": "weather", "args": {"city": "Rome"}, "id": "call_9f"}]},
    },
    {"type": "tool", "data": {"content": '{"celsius": 21}', "tool_call_id": "call_9f", "name": "weather"}},
    {"type": "ai", "data": {"content": "Yes, it is 21 degrees.", "tool_calls": []}},
]
LANGCHAIN_SERIALIZED: Final[Talk] = [
    {
        "lc": 1,
        "type": "constructor",
        "id": ["langchain_core", "messages", name],
        "kwargs": {"content": content, "additional_kwargs": {}, "response_metadata": {}, **more},
    }
    for name, content, more in (
        ("HumanMessage", "Is it warm here?", {}),
        ("AIMessage", "", {"tool_calls": [{"name": "weather", "args": {"city": "Rome"}, "id": "call_9f"}]}),
        ("ToolMessage", '{"celsius": 21}', {"tool_call_id": "call_9f"}),
        ("AIMessageChunk", "Yes, it is 21 degrees.", {}),
    )
]
AI_SDK_SCREEN: Final[Talk] = [
    {
        "id": "ui-1",
        "role": "user",
        "parts": [
            {"type": "text", "text": "Is it warm here?"},
            {
                "type": "file",
                "mediaType": "image/png",
                "filename": "square.png",
                "url": "https://cdn.example.org/s.png",
            },
        ],
    },
    {
        "id": "ui-2",
        "role": "assistant",
        "metadata": {"model": "m"},
        "parts": [
            {"type": "step-start"},
            {"type": "reasoning", "text": "A tool knows.", "state": "done"},
            {
                "type": "tool-weather",
                "toolCallId": "call_9f",
                "state": "output-available",
                "input": {"city": "Rome"},
                "output": {"celsius": 21},
            },
            {"type": "step-start"},
            {"type": "text", "text": "Yes, it is 21 degrees.", "state": "done"},
            {"type": "source-url", "sourceId": "s1", "url": "https://weather.example.org", "title": "Weather"},
            {"type": "data-chart", "id": "d1", "data": {"points": [1, 2]}},
        ],
    },
]
AI_SDK_MODEL: Final[Talk] = [
    {"role": "system", "content": "Answer in one sentence."},
    {
        "role": "user",
        "content": [
            {"type": "text", "text": "Is it warm here?"},
            {"type": "image", "image": PIXEL, "mediaType": "image/png"},
            {"type": "file", "data": "https://example.org/climate.pdf", "mediaType": "application/pdf"},
        ],
    },
    {
        "role": "assistant",
        "content": [
            {"type": "reasoning", "text": "A tool knows."},
            {"type": "tool-call", "toolCallId": "call_9f", "toolName": "weather", "input": {"city": "Rome"}},
        ],
    },
    {
        "role": "tool",
        "content": [
            {
                "type": "tool-result",
                "toolCallId": "call_9f",
                "toolName": "weather",
                "output": {"type": "json", "value": {"celsius": 21}},
            }
        ],
    },
    {"role": "assistant", "content": [{"type": "text", "text": "Yes, it is 21 degrees."}]},
]
AI_SDK_4: Final[Talk] = [
    {
        "id": "v4-1",
        "createdAt": "2026-02-01T10:00:00.000Z",
        "role": "user",
        "content": "Is it warm here?",
        "experimental_attachments": [{"name": "a.png", "contentType": "image/png", "url": "https://e.org/a.png"}],
        "parts": [{"type": "text", "text": "Is it warm here?"}],
    },
    {
        "id": "v4-2",
        "role": "assistant",
        "content": "Yes, it is 21 degrees.",
        "toolInvocations": [
            {"state": "result", "toolCallId": "call_9f", "toolName": "weather", "args": {"city": "Rome"}, "result": 21}
        ],
        "parts": [
            {
                "type": "tool-invocation",
                "toolInvocation": {
                    "state": "result",
                    "toolCallId": "call_9f",
                    "toolName": "weather",
                    "args": {"city": "Rome"},
                    "result": 21,
                },
            },
            {"type": "text", "text": "Yes, it is 21 degrees."},
        ],
    },
]
COHERE: Final[Talk] = [
    {"role": "USER", "message": "Is it warm here?"},
    {"role": "CHATBOT", "message": "Yes, it is 21 degrees."},
]
GENAI_CONVENTIONS: Final[Talk] = [
    {
        "role": "user",
        "parts": [
            {"type": "text", "content": "Is it warm here?"},
            {"type": "blob", "modality": "image", "mime_type": "image/png", "content": PIXEL},
        ],
    },
    {
        "role": "assistant",
        "parts": [{"type": "tool_call", "id": "call_9f", "name": "weather", "arguments": {"city": "Rome"}}],
    },
    {"role": "tool", "parts": [{"type": "tool_call_response", "id": "call_9f", "response": {"celsius": 21}}]},
    {"role": "assistant", "parts": [{"type": "text", "content": "Yes, it is 21 degrees."}], "finish_reason": "stop"},
]

TALKS: Final[dict[str, Talk]] = {
    "OpenAI chat": OPENAI_CHAT,
    "OpenAI functions": OPENAI_FUNCTIONS,
    "OpenAI Responses": OPENAI_RESPONSES,
    "Anthropic": ANTHROPIC,
    "Bedrock Converse": BEDROCK,
    "Gemini": GEMINI,
    "LangChain dumped": LANGCHAIN_DUMPED,
    "LangChain stored": LANGCHAIN_STORED,
    "LangChain serialized": LANGCHAIN_SERIALIZED,
    "AI SDK screen": AI_SDK_SCREEN,
    "AI SDK model": AI_SDK_MODEL,
    "AI SDK 4": AI_SDK_4,
    "Cohere": COHERE,
    "GenAI conventions": GENAI_CONVENTIONS,
}
