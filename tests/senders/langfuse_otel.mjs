// Langfuse's SDK for JavaScript on OpenTelemetry, as a bot has it: it sends OTLP as JSON, in chunks.
import { LangfuseClient } from "@langfuse/client";
import { LangfuseSpanProcessor } from "@langfuse/otel";
import { propagateAttributes, startActiveObservation } from "@langfuse/tracing";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";

const processor = new LangfuseSpanProcessor();
const provider = new NodeTracerProvider({ spanProcessors: [processor] });
provider.register();
const told = [];
const turns = [["Hello", "Hi"], ["Where is my parcel?", "At the depot."]];
const whose = { sessionId: "chat-1", userId: "user-42", tags: ["shop"], metadata: { plan: "pro" } };
let traceId;
for (const [question, answer] of turns) {
  told.push({ role: "user", content: question });
  await propagateAttributes(whose, () =>
    startActiveObservation("turn", async (turn) => {
      turn.update({ input: { question }, output: answer });
      traceId = turn.traceId;
      const asked = { model: "gpt-5-mini", input: [...told] };
      const generation = turn.startObservation("llm", asked, { asType: "generation" });
      generation.update({ output: { role: "assistant", content: answer }, usageDetails: { input: 3, output: 5 } }).end();
    }),
  );
  await processor.forceFlush();
  told.push({ role: "assistant", content: answer });
}
const langfuse = new LangfuseClient();
langfuse.score.create({ traceId, name: "helpful", value: 1, dataType: "BOOLEAN", comment: "good" });
langfuse.score.create({ sessionId: "chat-1", name: "rating", value: 0.5 });
await langfuse.flush();
await provider.shutdown();
