"""Langfuse's SDK for Python, as a bot has it: a talk of two turns with a session, a user and scores."""

from __future__ import annotations

import time

from langfuse import Langfuse, propagate_attributes

langfuse = Langfuse()
assert langfuse.auth_check()
told: list[dict[str, str]] = []
for question, answer in (("Hello", "Hi"), ("Where is my parcel?", "At the depot.")):
    told.append({"role": "user", "content": question})
    with (
        langfuse.start_as_current_observation(as_type="span", name="turn", input={"question": question}) as turn,
        propagate_attributes(session_id="chat-1", user_id="user-42", tags=["shop"], metadata={"plan": "pro"}),
    ):
        with langfuse.start_as_current_observation(
            as_type="generation", name="llm", model="gpt-5-mini", input=told
        ) as generation:
            generation.update(output=answer, usage_details={"input": 3, "output": 5})
        turn.update(output=answer)
        trace_id = langfuse.get_current_trace_id()
    told.append({"role": "assistant", "content": answer})
    langfuse.flush()
    time.sleep(0.05)
langfuse.create_score(trace_id=trace_id, name="helpful", value=1, data_type="BOOLEAN", comment="good")
langfuse.create_score(session_id="chat-1", name="rating", value=0.5)
langfuse.flush()
langfuse.shutdown()
