import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../../api.ts";
import type { Page } from "../../app.tsx";
import { useData } from "../../data.ts";
import type { AdminChatbot } from "../../types.ts";
import { Choice, Form, Input, Panel, pending, Waiting } from "../../ui.tsx";

const KINDS = ["email", "phone", "card", "iban", "ip"] as const;

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
  const patterns = (privacy.redaction?.["patterns"] ?? []) as { name: string; pattern: string; action: string }[];
  return (
    <Panel title="What is kept of people">
      <Form
        action="Save"
        send={async () => {
          const redaction = { ...actions, users };
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
              options={[
                ["keep", "Keep"],
                ["mask", "Mask"],
                ["hash", "Hash"],
              ]}
              onChange={(value) => setActions({ ...actions, [kind]: value })}
            />
          ))}
        </fieldset>
        <label>
          <input type="checkbox" checked={users} onChange={() => setUsers(!users)} /> In the data about users, too
        </label>
        <label>
          <input type="checkbox" checked={client} onChange={() => setClient(!client)} /> Keep the caller’s address and software
        </label>
        <Input label="Days until a conversation is erased" type="number" value={days} onInput={setDays} hint="Counted from its last message; empty keeps it until somebody erases it." />
        {patterns.length > 0 && (
          <p class="note">
            Patterns of your own: {patterns.map((each) => `${each.name} (${each.action})`).join(", ")}. Change them with <code>confab privacy pattern</code>.
          </p>
        )}
        <p class="note">The answer comes after eleven seconds, when the change holds in every function. What is stored already stays as it is.</p>
      </Form>
    </Panel>
  );
}
