// Small parts that every page uses.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { ApiError } from "./api.ts";
import type { Page } from "./app.tsx";
import { useData } from "./data.ts";
import { localTime, signed, utcTime, words } from "./format.ts";
import { go } from "./route.ts";
import type { AdminChatbot, Label, Outcome } from "./types.ts";

/** A link within the dashboard; a click with a modifier key does what the browser does. */
export function Go(props: {
  to: string;
  class?: string;
  label?: string;
  current?: boolean;
  /** Names its place among others, for who moves the focus. */
  at?: string;
  tabIndex?: number;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <a
      href={props.to}
      data-at={props.at}
      tabIndex={props.tabIndex}
      class={props.class}
      aria-label={props.label}
      aria-current={props.current ? "page" : undefined}
      onClick={(event) => {
        if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        go(props.to);
      }}
    >
      {props.children}
    </a>
  );
}

/** The heading of a page; it takes the focus when the page comes, so that a screen reader says where one is. */
export function Heading({ children, title }: { children: ComponentChildren; title: string }): JSX.Element {
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Confab`;
    ref.current?.focus({ preventScroll: true });
  }, [title]);
  return (
    <h1 ref={ref} tabIndex={-1}>
      {children}
    </h1>
  );
}

export function Panel(props: { title?: ComponentChildren; aside?: ComponentChildren; class?: string; children: ComponentChildren }): JSX.Element {
  const id = useId();
  return (
    <section class={`panel ${props.class ?? ""}`} aria-labelledby={props.title ? id : undefined}>
      {props.title && (
        <div class="panel-head">
          <h2 id={id}>{props.title}</h2>
          {props.aside}
        </div>
      )}
      {props.children}
    </section>
  );
}

/** A time in the viewer's zone; in UTC on demand. */
export function Time({ iso, seconds }: { iso: string | null | undefined; seconds?: boolean }): JSX.Element {
  if (!iso) return <span class="note">–</span>;
  return (
    <time dateTime={iso} title={utcTime(iso)}>
      {localTime(iso, seconds ? { seconds: true } : {})}
    </time>
  );
}

const TONES: Record<Label, string> = {
  "Very Positive": "good strong",
  Positive: "good",
  Neutral: "calm",
  Negative: "bad",
  "Very Negative": "bad strong",
};

/** A sentiment: a mark, its sign and number, and its word. */
export function Mood({ score, label, short }: { score: number | null; label: Label | null; short?: boolean }): JSX.Element {
  if (score === null || label === null) return <span class="note">–</span>;
  return (
    <span class={`mood ${TONES[label]}`} title={label}>
      <span class="mood-mark" aria-hidden="true" />
      {signed(score)}
      {short ? <span class="hidden"> {label}</span> : <span class="mood-word"> {label}</span>}
    </span>
  );
}

export const OUTCOME_TONES: Record<Outcome, string> = {
  resolved: "good",
  unresolved: "bad",
  escalated: "warn",
  abandoned: "warn",
  open: "calm",
};

export function Tag({ children, tone = "calm" }: { children: ComponentChildren; tone?: string }): JSX.Element {
  return <span class={`tag ${tone}`}>{children}</span>;
}

export function OutcomeTag({ outcome }: { outcome: Outcome | null }): JSX.Element {
  return outcome === null ? <span class="note">–</span> : <Tag tone={OUTCOME_TONES[outcome]}>{words(outcome)}</Tag>;
}

export function Failed({ error, retry }: { error: ApiError; retry: () => void }): JSX.Element {
  return (
    <div class="failed" role="alert">
      <p>
        {error.message}
        {error.requestId && <span class="note"> Request {error.requestId}</span>}
      </p>
      <button type="button" onClick={retry}>
        Try again
      </button>
    </div>
  );
}

export function Waiting({ what = "Loading" }: { what?: string }): JSX.Element {
  return (
    <p class="waiting" role="status">
      <span class="spinner" aria-hidden="true" /> {what}…
    </p>
  );
}

/** What is said of a loading whose value is not there yet; null when there is one. */
export function pending(loaded: { value: unknown; error: ApiError | undefined; reload: () => void }): JSX.Element | null {
  if (loaded.value !== undefined) return null;
  return loaded.error ? <Failed error={loaded.error} retry={loaded.reload} /> : <Waiting />;
}

export function Choice(props: {
  label: string;
  value: string;
  options: [value: string, text: string][];
  onChange: (value: string) => void;
  hideLabel?: boolean;
}): JSX.Element {
  const id = useId();
  return (
    <span class="field">
      <label for={id} class={props.hideLabel ? "hidden" : ""}>
        {props.label}
      </label>
      <select id={id} value={props.value} onChange={(event) => props.onChange(event.currentTarget.value)}>
        {props.options.map(([value, text]) => (
          <option key={value} value={value} selected={value === props.value}>
            {text}
          </option>
        ))}
      </select>
    </span>
  );
}

export function Input(props: {
  label: string;
  value: string;
  onInput: (value: string) => void;
  type?: "text" | "password" | "search" | "date" | "number" | "url";
  placeholder?: string;
  hint?: string;
  required?: boolean;
  max?: number;
}): JSX.Element {
  const id = useId();
  return (
    <span class="field">
      <label for={id}>{props.label}</label>
      <input
        id={id}
        type={(props.type ?? "text") as "text"}
        value={props.value}
        placeholder={props.placeholder}
        required={props.required}
        maxLength={props.max}
        autocomplete="off"
        spellcheck={false}
        aria-describedby={props.hint ? `${id}-hint` : undefined}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
      {props.hint && (
        <span id={`${id}-hint`} class="note">
          {props.hint}
        </span>
      )}
    </span>
  );
}

/** A text to copy, in a box that scrolls by itself. */
export function Copyable({ text, label }: { text: string; label: string }): JSX.Element {
  const [done, set] = useState(false);
  return (
    <div class="copyable">
      <pre tabIndex={0} aria-label={label}>
        {text}
      </pre>
      <button
        type="button"
        onClick={() => {
          void navigator.clipboard.writeText(text).then(() => set(true));
        }}
      >
        {done ? "Copied" : "Copy"}
        <span class="hidden"> {label}</span>
      </button>
    </div>
  );
}

/** What to do where there is nothing yet: one message by curl, for this deployment and chatbot. */
export function NothingYet({ page, what }: { page: Page; what: string }): JSX.Element {
  const { chatbot, session } = page;
  const bot = useData<AdminChatbot>(session.administers ? `/api/v1/chatbots/${chatbot.id}` : null);
  const prefix = bot.value?.api_key_prefix;
  const line = [
    `curl -s ${location.origin}/v1/capture \\`,
    `  -H 'authorization: Bearer ${prefix ?? "ob_live_"}…' -H 'content-type: application/json' \\`,
    `  -d '{"conversationId": "hello-1", "messages": [{"id": "m1", "role": "user", "content": "Where is my order?"}]}'`,
  ].join("\n");
  return (
    <Panel title="Nothing here yet" class="nothing">
      <p>
        {what} Send one message with a key of the chatbot <b>{chatbot.name}</b>
        {prefix ? ", for example its own, which begins as below" : ""}, and it is here once it is analysed, some seconds later:
      </p>
      <Copyable text={line} label="The command that sends a message" />
      {session.administers ? (
        <p class="note">
          A key is shown once, when it is made. <Go to={page.link("settings", "keys")}>Make another one</Go> of the role ingest where it is lost.
        </p>
      ) : (
        <p class="note">Who administers the workspace makes a key of the role ingest.</p>
      )}
    </Panel>
  );
}

/** A question that must be answered before something is done that cannot be undone. */
export function Confirm(props: { ask: string; action: string; run: () => Promise<void>; children: ComponentChildren }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const id = useId();
  const run = () => {
    setBusy(true);
    setError("");
    props.run().then(
      () => {
        setBusy(false);
        dialog.current?.close();
      },
      (reason: unknown) => {
        setBusy(false);
        setError(reason instanceof Error ? reason.message : "It did not work.");
      },
    );
  };
  return (
    <>
      <button type="button" class="danger" onClick={() => dialog.current?.showModal()}>
        {props.children}
      </button>
      <dialog ref={dialog} aria-labelledby={id}>
        <p id={id}>{props.ask}</p>
        {error && (
          <p class="wrong" role="alert">
            {error}
          </p>
        )}
        <div class="row end">
          <button type="button" onClick={() => dialog.current?.close()}>
            Keep it
          </button>
          <button type="button" class="danger" disabled={busy} onClick={run}>
            {props.action}
          </button>
        </div>
      </dialog>
    </>
  );
}

/** A form that says what went wrong, and that it is being sent. */
export function Form(props: { action: string; send: () => Promise<void>; children: ComponentChildren; class?: string }): JSX.Element {
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState(false);
  return (
    <form
      class={`form ${props.class ?? ""}`}
      onSubmit={(event) => {
        event.preventDefault();
        setBusy(true);
        setError("");
        setDone(false);
        props.send().then(
          () => {
            setBusy(false);
            setDone(true);
          },
          (reason: unknown) => {
            setBusy(false);
            setError(reason instanceof Error ? reason.message : "It did not work.");
          },
        );
      }}
    >
      {props.children}
      <div class="row">
        <button type="submit" class="primary" disabled={busy}>
          {props.action}
        </button>
        <span role="status" class="note">
          {busy ? "Sending…" : done ? "Done." : ""}
        </span>
      </div>
      {error && (
        <p class="wrong" role="alert">
          {error}
        </p>
      )}
    </form>
  );
}
