// A document for the components, and an API that answers what a test says.
import { Window } from "happy-dom";
import type { ComponentChild } from "preact";

const window = new Window({ url: "http://confab.test/dashboard/overview" });
const NAMES = ["document", "location", "history", "navigator", "localStorage", "HTMLElement", "Element", "Node", "Event", "MouseEvent", "KeyboardEvent", "DOMException"];
for (const name of NAMES) {
  Object.defineProperty(globalThis, name, { value: (window as unknown as Record<string, unknown>)[name], configurable: true, writable: true });
}
globalThis.addEventListener = window.addEventListener.bind(window) as unknown as typeof globalThis.addEventListener;
globalThis.removeEventListener = window.removeEventListener.bind(window) as unknown as typeof globalThis.removeEventListener;

// Effects run after a frame; without one, Preact would wait for a tenth of a second.
globalThis.requestAnimationFrame = ((work: FrameRequestCallback) => setTimeout(() => work(0), 0)) as unknown as typeof requestAnimationFrame;
globalThis.cancelAnimationFrame = clearTimeout as unknown as typeof cancelAnimationFrame;
let before: HTMLElement | null = null;

export interface Asked {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: unknown;
}

/** Answers of the API by the beginning of the path; what is asked is noted. */
export function serve(answers: Record<string, unknown>): Asked[] {
  const asked: Asked[] = [];
  globalThis.fetch = (async (path: string, request: RequestInit = {}) => {
    const method = request.method ?? "GET";
    asked.push({ method, path, headers: request.headers as Record<string, string>, body: request.body ? JSON.parse(String(request.body)) : undefined });
    const found = Object.keys(answers)
      .filter((each) => `${method} ${path}`.startsWith(each) || path.startsWith(each))
      .sort((a, b) => b.length - a.length)[0];
    const answer = found === undefined ? new Refused(404, "There is nothing at this path.") : answers[found];
    if (answer instanceof Refused) return response(answer.status, { error: answer.message, requestId: "req-1" });
    return response(200, answer);
  }) as typeof fetch;
  return asked;
}

export class Refused {
  constructor(
    readonly status: number,
    readonly message: string,
  ) {}
}

function response(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", "retry-after": "0" } });
}

/** Draw a component, and give its root once what it loads is there. */
export async function drawn(component: ComponentChild): Promise<HTMLElement> {
  const { render } = await import("preact");
  if (before) render(null, before);
  const root = document.createElement("div");
  before = root;
  document.body.replaceChildren(root);
  render(component, root);
  await settled();
  return root;
}

export async function settled(): Promise<void> {
  for (let round = 0; round < 40; round++) await new Promise((done) => setTimeout(done, 1));
}

export function go(path: string): void {
  history.replaceState(null, "", path);
}

export function button(root: Element, text: string): HTMLButtonElement {
  const found = [...root.querySelectorAll("button")].find((each) => each.textContent?.includes(text));
  if (!found) throw new Error(`no button says ${text}: ${root.textContent}`);
  return found;
}
