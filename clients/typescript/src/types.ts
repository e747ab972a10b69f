// Made from the OpenAPI document by `python -m openapi.typescript`; run it after a change of the API.

/** The body of `POST /api/v1/capture`. */
export interface CaptureBody {
  /** The caller's own id of the conversation, 1 to 256 characters. */
  conversationId: string;
  /** Messages, in order. */
  messages: Message[];
  /** The user; null fields are removed. */
  user?: User | null;
  /** The user's organization; null fields are removed. */
  organization?: Organization | null;
  /** Where the user is; null fields are removed. */
  session?: Session | null;
  /** Custom fields, at most 100: text, number or boolean; null removes one. */
  custom?: Record<string, boolean | number | string | null> | null;
  /** The user's id in the caller's system. */
  userId?: string | null;
  /** Custom fields; those of `custom` win. */
  metadata?: Record<string, boolean | number | string | null> | null;
  /** `probe` keeps a test conversation out of the figures. */
  kind?: "organic" | "probe" | null;
}

/** The answer of a capture: every message that is `stored`, `replaced` or `duplicate` is durable. */
export interface Captured {
  /** Always true. */
  ok: true;
  /** The conversation's id. */
  conversationId: string;
  /** How many messages were new. */
  messagesStored: number;
  /** Whether this request put the conversation on the queue. */
  analysisQueued: boolean;
  /** What the caller should know, one sentence each. */
  warnings: string[];
  /** What became of each message, in the order sent. */
  results: Verdict[];
}

/** A message as `capture` takes it. */
export interface Message {
  /** The caller's own id of the message, unique in its conversation; the same id is the same message. */
  id?: string | null;
  /** False while the message still grows; the next version replaces it. It needs an id. */
  final?: boolean | null;
  /** Who speaks; capitals do not count. */
  role?: "user" | "human" | "customer" | "assistant" | "ai" | "bot" | "model" | "chatbot" | "agent" | "system" | "developer" | "tool" | "function";
  /** A text, or content parts; null where a message has tool calls alone. */
  content?: string | (string | Record<string, unknown>)[] | null;
  /** When the message was sent: ISO 8601, or seconds or milliseconds since 1970. */
  sentAt?: string | number | null;
  /** The tools that the assistant called, and what they answered. */
  tools?: Tool[] | null;
  /** The model's reasoning, in its own words. */
  reasoning?: string | null;
  /** Who speaks, or what item it is, where there is no role. */
  type?: string;
  /** Content parts of Gemini or of the AI SDK. */
  parts?: Record<string, unknown>[];
  /** Tool calls of OpenAI or LangChain. */
  tool_calls?: Record<string, unknown>[] | null;
  /** The call that this answers. */
  tool_call_id?: string | null;
}

/** Whom the user belongs to. */
export interface Organization {
  /** The organization's id in the caller's system. */
  id?: string | null;
  /** The organization's name. */
  name?: string | null;
  /** The plan that the user or the organization has. */
  plan?: string | null;
  /** The field of business. */
  industry?: string | null;
  /** Monthly recurring revenue, in the caller's own currency. */
  mrr?: number | null;
}

/** Where the user is. */
export interface Session {
  /** The session's id in the caller's system. */
  id?: string | null;
  /** The page that the user is on. */
  pageUrl?: string | null;
  /** The page that the user came from. */
  referrer?: string | null;
  /** A device, as the caller names it. */
  device?: string | null;
  /** A country, as the caller names it. */
  country?: string | null;
}

/** A tool call of the assistant. */
export interface Tool {
  /** The tool's name. */
  name: string;
  /** What the tool was called with. */
  input?: unknown;
  /** What the tool answered. */
  output?: unknown;
}

/** Who talks to the chatbot. */
export interface User {
  /** The user's id in the caller's system. */
  id?: string | null;
  /** The user's name. */
  name?: string | null;
  /** An e-mail address. */
  email?: string | null;
  /** The plan that the user or the organization has. */
  plan?: string | null;
  /** Since when the user is a customer, as the caller writes it. */
  createdAt?: string | null;
  /** The field of business. */
  industry?: string | null;
  /** Monthly recurring revenue, in the caller's own currency. */
  mrr?: number | null;
}

/** What became of one message. */
export interface Verdict {
  /** The caller's id of the message, or the one that it got. */
  id: string;
  /** `stored`; `duplicate`: was there already; `replaced`: a later version of a growing message; `conflict`: something else is stored under the id and stays. */
  status: "stored" | "duplicate" | "replaced" | "conflict";
}
