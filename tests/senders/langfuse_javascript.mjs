// Langfuse's older SDK for JavaScript, as a bot has it: it sends batches, and answers after their questions.
import { Langfuse } from "langfuse";

const langfuse = new Langfuse({ flushAt: 1 });
const told = [];
const turns = [["Hello", "Hi"], ["Where is my parcel?", "At the depot."]];
let trace;
for (const [question, answer] of turns) {
  told.push({ role: "user", content: question });
  trace = langfuse.trace({ name: "turn", sessionId: "chat-1", userId: "user-42", tags: ["shop"], metadata: { plan: "pro" } });
  const generation = trace.generation({ name: "llm", model: "gpt-5-mini", input: [...told] });
  await new Promise((done) => setTimeout(done, 50));
  generation.end({ output: answer, usage: { input: 3, output: 5 } });
  await langfuse.flushAsync();
  told.push({ role: "assistant", content: answer });
}
langfuse.score({ traceId: trace.id, name: "helpful", value: 1, dataType: "BOOLEAN", comment: "good" });
langfuse.score({ sessionId: "chat-1", name: "rating", value: 0.5 });
await langfuse.shutdownAsync();
