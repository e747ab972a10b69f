/** Captures what goes through `chat.completions` of the OpenAI package, of which nothing is imported. */

/** What is used of `client.chat.completions`. */
export interface Completions {
  create(body: never, ...options: never[]): PromiseLike<unknown>;
}

type Form = Record<string, unknown>;
/** Takes a message under an id. */
export type Take = (message: Form, id: string) => void;

const UNHEARD = ["system", "developer"];

/**
 * One call: what the user said since the last answer, and the answer.
 *
 * A message's id is made of it and all before it. So a call that is made again with the same history captures the user's
 * message once, and the same words later in the talk are another message.
 */
export class Turn {
  readonly #take: Take;
  #chain = "";

  constructor(take: Take) {
    this.#take = take;
  }

  begin(messages: unknown): void {
    const heard = (Array.isArray(messages) ? messages : []).filter(isForm).filter((one) => !UNHEARD.includes(String(one["role"])));
    const last = heard.findLastIndex((message) => message["role"] === "assistant");
    heard.forEach((message, place) => {
      this.#chain = linked(this.#chain, message);
      if (place > last && message["role"] === "user") this.#take(message, `oai-${this.#chain}`);
    });
  }

  /** Captures an answer, under the model's id of it if it has any. */
  answered(message: Form, id: unknown): void {
    const calls = message["tool_calls"];
    if (message["content"] || (Array.isArray(calls) && calls.length)) {
      this.#take(message, typeof id === "string" && id ? id : `oai-${linked(this.#chain, message)}`);
    }
  }

  /** The result of the call: captured if it is an answer, and while it is read if it is a stream. */
  heard(result: unknown): unknown {
    if (!isForm(result)) return result;
    if (Symbol.asyncIterator in result) return watched(result as AsyncIterable<unknown> & Form, this);
    const choices = result["choices"];
    const first: unknown = Array.isArray(choices) ? choices[0] : undefined;
    if (isForm(first) && isForm(first["message"])) this.answered(first["message"], result["id"]);
    return result;
  }
}

/** A stream as it was, but for its iterator: what it gives is gathered, and captured where it ends or breaks off. */
function watched(stream: AsyncIterable<unknown> & Form, turn: Turn): unknown {
  return new Proxy(stream, {
    get(target, name) {
      if (name === Symbol.asyncIterator) return () => gathered(target, turn);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

async function* gathered(stream: AsyncIterable<unknown>, turn: Turn): AsyncGenerator<unknown> {
  const answer = new Answer();
  try {
    for await (const chunk of stream) {
      answer.add(chunk);
      yield chunk;
    }
  } finally {
    const message: Form = { role: "assistant", content: answer.text };
    if (answer.calls.length) message["tool_calls"] = answer.calls;
    turn.answered(message, answer.id);
  }
}

class Answer {
  text = "";
  id: unknown;
  readonly calls: { id?: string; type: "function"; function: { name: string; arguments: string } }[] = [];

  add(chunk: unknown): void {
    if (!isForm(chunk)) return;
    this.id ??= chunk["id"];
    for (const choice of Array.isArray(chunk["choices"]) ? (chunk["choices"] as unknown[]) : []) {
      const delta = isForm(choice) && (choice["index"] ?? 0) === 0 ? choice["delta"] : undefined;
      if (!isForm(delta)) continue;
      if (typeof delta["content"] === "string") this.text += delta["content"];
      for (const part of Array.isArray(delta["tool_calls"]) ? (delta["tool_calls"] as unknown[]) : []) this.#addCall(part);
    }
  }

  #addCall(part: unknown): void {
    if (!isForm(part)) return;
    const place = typeof part["index"] === "number" ? part["index"] : 0;
    const call = (this.calls[place] ??= { type: "function", function: { name: "", arguments: "" } });
    if (typeof part["id"] === "string") call.id = part["id"];
    const said = isForm(part["function"]) ? part["function"] : {};
    call.function.name += typeof said["name"] === "string" ? said["name"] : "";
    call.function.arguments += typeof said["arguments"] === "string" ? said["arguments"] : "";
  }
}

function isForm(value: unknown): value is Form {
  return typeof value === "object" && value !== null;
}

/** 128 bits of a message and all before it. Not a secret: it only has to differ where the talk differs. */
function linked(chain: string, message: Form): string {
  const text = chain + JSON.stringify([message["role"], message["content"], message["tool_calls"], message["tool_call_id"]]);
  const parts = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0xdeadbeef];
  for (let place = 0; place < text.length; place++) {
    const code = text.charCodeAt(place);
    for (let part = 0; part < 4; part++) {
      parts[part] = Math.imul((parts[part] ?? 0) ^ (code + part), 0x85ebca6b + 2 * part) >>> 0;
      parts[part] = ((parts[part] ?? 0) ^ ((parts[part] ?? 0) >>> 13) ^ ((parts[(part + 1) % 4] ?? 0) << 7)) >>> 0;
    }
  }
  return parts.map((part) => part.toString(16).padStart(8, "0")).join("");
}
