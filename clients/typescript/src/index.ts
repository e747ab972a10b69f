/** Sends a chatbot's conversations to Confab: in the background, each message once, with nothing but `fetch`. */

export { Confab } from "./client.js";
export type { About, Counts, Lost, NewMessage, Options } from "./client.js";
export type { Completions } from "./openai.js";
export type { CaptureBody, Captured, Message, Organization, Session, User } from "./types.js";
