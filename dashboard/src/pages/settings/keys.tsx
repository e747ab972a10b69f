import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../../api.ts";
import type { Page } from "../../app.tsx";
import { useData } from "../../data.ts";
import { counted } from "../../format.ts";
import type { Column } from "../../table.tsx";
import { Table } from "../../table.tsx";
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
  const out = (key: ApiKey) => (key.id === page.session.key.id ? ", and you are signed out" : "");
  const columns: Column<ApiKey>[] = [
    {
      name: "key",
      title: "Key",
      cell: (key) => (
        <>
          <bdi>{key.name}</bdi> <code>{key.api_key_prefix}…</code> {key.id === page.session.key.id && <Tag tone="accent">Yours</Tag>}
        </>
      ),
    },
    {
      name: "reaches",
      title: "Reaches",
      cell: (key) => (key.chatbot_id === null ? "All" : (page.session.chatbots.find((bot) => bot.id === key.chatbot_id)?.name ?? key.chatbot_id.slice(0, 8))),
    },
    { name: "may", title: "May", cell: (key) => <Permissions of={key} /> },
    { name: "since", title: "Since", cell: (key) => <Time iso={key.created_at} /> },
    { name: "until", title: "Until", cell: (key) => (key.expires_at ? <Time iso={key.expires_at} /> : <span class="note">never ends</span>) },
    {
      name: "actions",
      title: <span class="hidden">Actions</span>,
      cell: (key) => (
        <span class="row">
          <Confirm
            ask={`Give the key “${key.name}” a new secret? The old one stops working within a minute${out(key)}.`}
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
            ask={`Revoke the key “${key.name}”? It stops working within a minute${out(key)}.`}
            action="Revoke it"
            run={async () => {
              await call(`/api/v1/keys/${key.id}`, { method: "DELETE" });
              keys.reload();
            }}
          >
            Revoke<span class="hidden"> {key.name}</span>
          </Confirm>
        </span>
      ),
    },
  ];
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
      {keys.value ? <Table<ApiKey> title="Keys of the workspace" rows={keys.value} keyOf={(key) => key.id} columns={columns} /> : pending(keys)}
    </>
  );
}

function Permissions({ of }: { of: ApiKey }): JSX.Element {
  if (of.permissions.length <= 3) return <>{of.permissions.map((each) => (each === "*" ? "everything" : each)).join(", ")}</>;
  return (
    <details>
      <summary>{counted(of.permissions.length, "permission")}</summary>
      {of.permissions.join(", ")}
    </details>
  );
}
