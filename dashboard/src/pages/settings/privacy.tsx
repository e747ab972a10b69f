import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../../api.ts";
import type { Page } from "../../app.tsx";
import { useData } from "../../data.ts";
import type { AdminChatbot } from "../../types.ts";
import { Choice, Form, Input, Panel, pending, Waiting } from "../../ui.tsx";

const KINDS = ["email", "phone", "card", "iban", "ip"] as const;
const ACTIONS: [string, string][] = [
  ["keep", "Keep"],
  ["mask", "Mask"],
  ["hash", "Hash"],
];
const MOST = 20;

interface Pattern {
  name: string;
  pattern: string;
  action: string;
}

export function Privacy(page: Page): JSX.Element {
  const path = `/api/v1/chatbots/${page.chatbot.id}`;
  const bot = useData<AdminChatbot>(path);
  if (!bot.value) return pending(bot) ?? <Waiting />;
  return <PrivacyForm key={JSON.stringify(bot.value.settings)} path={path} settings={bot.value.settings} changed={bot.reload} />;
}

function PrivacyForm({ path, settings, changed }: { path: string; settings: Record<string, unknown>; changed: () => void }): JSX.Element {
  const privacy = (settings["privacy"] ?? {}) as { redaction?: Record<string, unknown>; retentionDays?: number; keepClient?: boolean };
  const [actions, setActions] = useState<Record<string, string>>(Object.fromEntries(KINDS.map((kind) => [kind, String(privacy.redaction?.[kind] ?? "keep")])));
  const [users, setUsers] = useState(privacy.redaction?.["users"] === true);
  const [days, setDays] = useState(privacy.retentionDays === undefined ? "" : String(privacy.retentionDays));
  const [client, setClient] = useState(privacy.keepClient === true);
  const [patterns, setPatterns] = useState((privacy.redaction?.["patterns"] ?? []) as Pattern[]);
  return (
    <Panel title="What is kept of people">
      <Form
        action="Save"
        send={async () => {
          const redaction = { ...actions, users, patterns };
          const body = { settings: { privacy: { redaction, retentionDays: days === "" ? null : Number(days), keepClient: client } } };
          await call(path, { method: "PATCH", body });
          changed();
        }}
      >
        <fieldset class="filters">
          <legend>Before anything is stored</legend>
          {KINDS.map((kind) => (
            <Choice
              key={kind}
              label={{ email: "E-mail addresses", phone: "Phone numbers", card: "Card numbers", iban: "IBANs", ip: "IP addresses" }[kind]}
              value={actions[kind] ?? "keep"}
              options={ACTIONS}
              onChange={(value) => setActions({ ...actions, [kind]: value })}
            />
          ))}
        </fieldset>
        <Patterns patterns={patterns} set={setPatterns} />
        <label>
          <input type="checkbox" checked={users} onChange={() => setUsers(!users)} /> In the data about users, too
        </label>
        <label>
          <input type="checkbox" checked={client} onChange={() => setClient(!client)} /> Keep the caller’s address and software
        </label>
        <Input label="Days until a conversation is erased" type="number" value={days} onInput={setDays} hint="Counted from its last message; empty keeps it until somebody erases it." />
        <p class="note">The answer comes after eleven seconds, when the change holds in every function. What is stored already stays as it is.</p>
      </Form>
    </Panel>
  );
}

/** Kinds of the team's own: what is found by an expression is masked or hashed under a name. */
function Patterns({ patterns, set }: { patterns: Pattern[]; set: (to: (before: Pattern[]) => Pattern[]) => void }): JSX.Element {
  const change = (at: number, to: Partial<Pattern>) => set((before) => before.map((each, place) => (place === at ? { ...each, ...to } : each)));
  return (
    <fieldset class="patterns">
      <legend>Patterns of your own</legend>
      {patterns.map((each, at) => (
        <div key={at} class="form line" role="group" aria-label={`Pattern ${at + 1}`}>
          <Input label="Name" value={each.name} onInput={(name) => change(at, { name })} required max={32} />
          <Input label="Expression" value={each.pattern} onInput={(pattern) => change(at, { pattern })} required max={256} />
          <Choice label="Found" value={each.action} options={ACTIONS} onChange={(action) => change(at, { action })} />
          <button type="button" onClick={() => set((before) => before.filter((_, place) => place !== at))}>
            Remove<span class="hidden"> the pattern {each.name}</span>
          </button>
        </div>
      ))}
      {patterns.length < MOST && (
        <div class="row">
          <button type="button" onClick={() => set((before) => [...before, { name: "", pattern: "", action: "mask" }])}>
            Add a pattern
          </button>
        </div>
      )}
      <p class="note">
        Regular expressions in RE2’s syntax, such as <code>ORD-[0-9]{"{6}"}</code>. What one finds stands in the text as its name in brackets.
      </p>
    </fieldset>
  );
}
