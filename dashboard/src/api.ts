// Calls of the API with the session's cookie. Nothing of a key or a session is kept where a script could read it later.
import type { SignedIn } from "./types.ts";

/** A call that the API refused, or that did not reach it (status 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly requestId = "",
  ) {
    super(message);
  }
}

interface Call {
  method?: string;
  body?: unknown;
  signal?: AbortSignal;
  key?: string;
}

const TRIES = 3;
let csrf = "";
let onSignedOut: () => void = () => undefined;

/** What is done when the API says that nobody is signed in. */
export function whenSignedOut(action: () => void): void {
  onSignedOut = action;
}

/** Call a path of the API; its JSON answer. A busy service is asked again, as it says when. */
export async function call<T>(path: string, asked: Call = {}): Promise<T> {
  return (await answered(path, asked)).json() as Promise<T>;
}

/** Call a path whose answer is a file; its text. */
export async function textOf(path: string): Promise<string> {
  return (await answered(path)).text();
}

async function answered(path: string, { method = "GET", body, signal, key }: Call = {}): Promise<Response> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (key !== undefined) headers["authorization"] = `Bearer ${key}`;
  else if (method !== "GET") headers["x-confab-csrf"] = csrf;
  const request: RequestInit = { method, headers, credentials: "same-origin", cache: "no-store" };
  if (body !== undefined) request.body = JSON.stringify(body);
  if (signal) request.signal = signal;
  for (let tries = 1; ; tries++) {
    const answer = await reached(path, request);
    if (answer.ok) return answer;
    const busy = answer.status === 429 || (answer.status === 503 && method === "GET");
    if (busy && tries < TRIES) {
      await pause(1000 * Math.min(Number(answer.headers.get("retry-after")) || 1, 5));
      continue;
    }
    if (answer.status === 401 && key === undefined) onSignedOut();
    throw await refusal(answer);
  }
}

async function reached(path: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(path, request);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, "The service cannot be reached. Check the connection, then try again.");
  }
}

async function refusal(answer: Response): Promise<ApiError> {
  const body: unknown = await answer.json().catch(() => null);
  const said = body as { error?: unknown; message?: unknown; detail?: unknown; requestId?: unknown } | null;
  const text = [said?.error, said?.message, said?.detail].find((each) => typeof each === "string");
  return new ApiError(answer.status, (text as string | undefined) ?? `The service answered ${answer.status}.`, String(said?.requestId ?? ""));
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}

/** A path with those parameters that are not empty. */
export function withQuery(path: string, parameters: Record<string, string | number | undefined | null>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== null && value !== "") query.set(name, String(value));
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

/** Who is signed in; null for nobody. */
export async function currentSession(): Promise<SignedIn | null> {
  try {
    return remembered(await call<SignedIn>("/v1/session"));
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

/** Exchange a key, or a sign-in link's token, for a session. */
export async function signIn(secret: string): Promise<SignedIn> {
  return remembered(await call<SignedIn>("/v1/session", { method: "POST", key: secret }));
}

export async function signOut(): Promise<void> {
  await call("/v1/session", { method: "DELETE" });
  csrf = "";
}

function remembered(session: SignedIn): SignedIn {
  csrf = session.csrf ?? "";
  return session;
}
