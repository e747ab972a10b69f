import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../../api.ts";
import type { Page } from "../../app.tsx";
import { useData } from "../../data.ts";
import { counted } from "../../format.ts";
import type { ApiKey } from "../../types.ts";
import { Choice, Confirm, Form, Input, Panel, pending, Tag, Time } from "../../ui.tsx";
import { Secret } from "./secret.tsx";

const ROLES: [string, string][] = [
  ["ingest", "ingest: sends messages"],
  ["read", "read: reads conversations and figures"],
  ["web", "web: for browsers"],
  ["api", "api: the server of one chatbot"],
  ["admin", "admin: everything"],
];

export function Keys(page: Page): JSX.Element {
  const keys = useData<ApiKey[]>("/api/v1/keys");
  const [name, setName] = useState("");
  const [role, setRole] = useState("read");
  const [reach, setReach] = useState("one");
  const [secret, setSecret] = useState("");
  return (
    <>
      <Panel title="Make a key">
        <Form
          action="Make it"
          send={async () => {
            const body = { name, role, ...(reach === "one" ? { chatbotId: page.chatbot.id } : {}) };
            const made = await call<{ apiKey: string }>("/api/v1/keys", { method: "POST", body });
            setSecret(made.apiKey);
            setName("");
            keys.reload();
          }}
        >
          <Input label="Name" value={name} onInput={setName} required max={100} />
          <Choice label="Role" value={role} options={ROLES} onChange={setRole} />
          <Choice
            label="Reaches"
            value={reach}
            options={[
              ["one", page.chatbot.name],
              ["all", "Every chatbot of the workspace"],
            ]}
            onChange={setReach}
          />
        </Form>
        <Secret secret={secret} what="The new key." />
      </Panel>
      {keys.value ? (
        <div class="scroll panel flush" tabIndex={0} role="region" aria-label="Keys">
          <table class="rows">
            <caption class="hidden">Keys of the workspace</caption>
            <thead>
              <tr>
                <th scope="col">Key</th>
                <th scope="col">Reaches</th>
                <th scope="col">May</th>
                <th scope="col">Since</th>
                <th scope="col">Until</th>
                <th scope="col">
                  <span class="hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {keys.value.map((key) => (
                <tr key={key.id}>
                  <th scope="row">
                    <bdi>{key.name}</bdi> <code>{key.api_key_prefix}…</code> {key.id === page.session.key.id && <Tag tone="accent">Yours</Tag>}
                  </th>
                  <td>{key.chatbot_id === null ? "All" : (page.session.chatbots.find((bot) => bot.id === key.chatbot_id)?.name ?? key.chatbot_id.slice(0, 8))}</td>
                  <td>
                    {key.permissions.length > 3 ? (
                      <details>
                        <summary>{counted(key.permissions.length, "permission")}</summary>
                        {key.permissions.join(", ")}
                      </details>
                    ) : (
                      key.permissions.map((each) => (each === "*" ? "everything" : each)).join(", ")
                    )}
                  </td>
                  <td>
                    <Time iso={key.created_at} />
                  </td>
                  <td>{key.expires_at ? <Time iso={key.expires_at} /> : <span class="note">never ends</span>}</td>
                  <td>
                    <span class="row">
                      <Confirm
                        ask={`Give the key “${key.name}” a new secret? The old one stops working within a minute${key.id === page.session.key.id ? ", and you are signed out" : ""}.`}
                        action="Rotate it"
                        run={async () => {
                          const made = await call<{ apiKey: string }>(`/api/v1/keys/${key.id}/rotate`, { method: "POST", body: {} });
                          setSecret(made.apiKey);
                          keys.reload();
                        }}
                      >
                        Rotate<span class="hidden"> {key.name}</span>
                      </Confirm>
                      <Confirm
                        ask={`Revoke the key “${key.name}”? It stops working within a minute${key.id === page.session.key.id ? ", and you are signed out" : ""}.`}
                        action="Revoke it"
                        run={async () => {
                          await call(`/api/v1/keys/${key.id}`, { method: "DELETE" });
                          keys.reload();
                        }}
                      >
                        Revoke<span class="hidden"> {key.name}</span>
                      </Confirm>
                    </span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        pending(keys)
      )}
    </>
  );
}
