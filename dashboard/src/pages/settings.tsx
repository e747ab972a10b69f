import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call, withQuery } from "../api.ts";
import type { Page } from "../app.tsx";
import { useData, usePages } from "../data.ts";
import { count, counted } from "../format.ts";
import type { AdminChatbot, AnalyzerChoice, ApiKey, AuditLog, Fields as FieldList, PeriodOverview, Responder as ResponderRow } from "../types.ts";
import { Choice, Confirm, Copyable, Failed, Form, Go, Heading, Input, Panel, pending, Tag, Time, Waiting } from "../ui.tsx";

const SECTIONS: Record<string, { title: string; draw: (page: Page) => JSX.Element }> = {
  chatbots: { title: "Chatbots", draw: (page) => <Chatbots {...page} /> },
  keys: { title: "Keys", draw: (page) => <Keys {...page} /> },
  fields: { title: "Fields", draw: (page) => <FieldsOf {...page} /> },
  analyzer: { title: "Analyzer and spend", draw: (page) => <Analyzer {...page} /> },
  privacy: { title: "Privacy and retention", draw: (page) => <Privacy {...page} /> },
  responder: { title: "Responder", draw: (page) => <Responder {...page} /> },
  audit: { title: "Audit log", draw: (page) => <Audit {...page} /> },
  health: { title: "Health", draw: (page) => <Health {...page} /> },
};

export function Settings(page: Page): JSX.Element {
  const asked = page.route.id in SECTIONS ? page.route.id : "chatbots";
  const section = SECTIONS[asked];
  if (!page.session.administers) {
    return (
      <>
        <Heading title="Settings">Settings</Heading>
        <p>
          Your key, {page.session.key.name} (<code>{page.session.key.api_key_prefix}…</code>), reads. Settings need a key of the role admin: sign out, and in again
          with one.
        </p>
      </>
    );
  }
  return (
    <>
      <Heading title={`Settings: ${section?.title ?? ""}`}>Settings</Heading>
      <nav class="tabs" aria-label="Settings">
        {Object.entries(SECTIONS).map(([name, { title }]) => (
          <Go key={name} to={page.link("settings", name)} current={name === asked}>
            {title}
          </Go>
        ))}
      </nav>
      {section?.draw(page)}
    </>
  );
}

/** A secret that is shown this once. */
function Secret({ secret, what }: { secret: string; what: string }): JSX.Element | null {
  if (!secret) return null;
  return (
    <div class="secret" role="status">
      <p>
        <b>{what}</b> It is shown this once: copy it now.
      </p>
      <Copyable text={secret} label="secret" />
    </div>
  );
}

/** The way into a workspace that has no chatbot yet. */
export function FirstChatbot({ done }: { done: () => void }): JSX.Element {
  return (
    <>
      <Heading title="The first chatbot">The first chatbot</Heading>
      <p>This workspace has no chatbot yet. What is captured belongs to one, so make it first.</p>
      <NewChatbot done={done} />
    </>
  );
}

function NewChatbot({ done }: { done: () => void }): JSX.Element {
  const [name, setName] = useState("");
  const [secret, setSecret] = useState("");
  return (
    <Panel title="Make a chatbot">
      <Form
        action="Make it"
        send={async () => {
          const made = await call<{ apiKey: string }>("/api/v1/chatbots", { method: "POST", body: { name } });
          setSecret(made.apiKey);
          setName("");
        }}
      >
        <Input label="Name" value={name} onInput={setName} required max={100} />
      </Form>
      <Secret secret={secret} what="The key with which the new chatbot sends its messages." />
      {secret && (
        <div class="row">
          <button
            type="button"
            class="primary"
            onClick={() => {
              setSecret("");
              done();
            }}
          >
            I have copied it
          </button>
        </div>
      )}
    </Panel>
  );
}

function Chatbots(page: Page): JSX.Element {
  const bots = useData<AdminChatbot[]>("/api/v1/chatbots");
  const changed = () => {
    bots.reload();
    page.refresh();
  };
  return (
    <>
      <NewChatbot done={changed} />
      {bots.value
        ? bots.value.map((bot) => <OneChatbot key={bot.id} bot={bot} own={bot.id === page.chatbot.id} changed={changed} />)
        : pending(bots)}
    </>
  );
}

function OneChatbot({ bot, own, changed }: { bot: AdminChatbot; own: boolean; changed: () => void }): JSX.Element {
  const [name, setName] = useState(bot.name);
  const path = `/api/v1/chatbots/${bot.id}`;
  const archived = bot.archived_at !== undefined;
  return (
    <Panel title={bot.name} aside={<span class="row">{archived && <Tag tone="warn">Archived</Tag>}{own && <Tag tone="accent">Shown</Tag>}</span>}>
      <p class="note">
        <code>{bot.id}</code> · since <Time iso={bot.created_at} /> · {bot.api_key_prefix ? <code>{bot.api_key_prefix}…</code> : "no key of its own"}
      </p>
      <Form
        action="Rename"
        class="line"
        send={async () => {
          await call(path, { method: "PATCH", body: { name } });
          changed();
        }}
      >
        <Input label="Name" value={name} onInput={setName} required max={100} />
      </Form>
      <div class="row">
        <Confirm
          ask={archived ? `Let “${bot.name}” take messages again?` : `Archive “${bot.name}”? It takes no messages until it is taken back; all that is stored stays readable.`}
          action={archived ? "Take it back" : "Archive it"}
          run={async () => {
            await call(path, { method: "PATCH", body: { archived: !archived } });
            changed();
          }}
        >
          {archived ? "Take back" : "Archive"}
        </Confirm>
      </div>
    </Panel>
  );
}

const ROLES: [string, string][] = [
  ["ingest", "ingest: sends messages"],
  ["read", "read: reads conversations and figures"],
  ["web", "web: for browsers"],
  ["api", "api: the server of one chatbot"],
  ["admin", "admin: everything"],
];

function Keys(page: Page): JSX.Element {
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

function FieldsOf(page: Page): JSX.Element {
  const path = `/api/v1/chatbots/${page.chatbot.id}/fields`;
  const fields = useData<FieldList>(path);
  const [name, setName] = useState("");
  const [type, setType] = useState("string");
  const [required, setRequired] = useState(false);
  if (!fields.value) return pending(fields) ?? <Waiting />;
  const { declared, discovered, denied } = fields.value;
  const act = async (method: string, to: string, body?: unknown) => {
    await call(to, body === undefined ? { method } : { method, body });
    fields.reload();
  };
  return (
    <div class="columns">
      <Panel title="Declare a field">
        <Form
          action="Declare"
          send={async () => {
            await act("POST", path, { name, type, required });
            setName("");
          }}
        >
          <Input label="Name" value={name} onInput={setName} required max={64} />
          <Choice
            label="Type"
            value={type}
            options={[
              ["string", "Text"],
              ["number", "Number"],
              ["boolean", "Yes or no"],
            ]}
            onChange={setType}
          />
          <label>
            <input type="checkbox" checked={required} onChange={() => setRequired(!required)} /> Warn when it is missing
          </label>
        </Form>
      </Panel>
      <Panel title="Declared" aside={<span class="note">{count(declared.length)}</span>}>
        <ul class="cards">
          {declared.map((field) => (
            <li key={field.name} class="row between">
              <span>
                <bdi>{field.name}</bdi> <Tag>{field.type}</Tag> {field.required && <Tag tone="accent">Required</Tag>}
              </span>
              <Confirm ask={`Take back the field “${field.name}”? Its values stay.`} action="Take it back" run={() => act("DELETE", withQuery(path, { name: field.name }))}>
                Remove<span class="hidden"> {field.name}</span>
              </Confirm>
            </li>
          ))}
          {declared.length === 0 && <li class="note">None.</li>}
        </ul>
      </Panel>
      <Panel title="Came without being declared" aside={<span class="note">{count(discovered.length)}</span>}>
        <ul class="cards">
          {discovered.map((field) => (
            <li key={field.name} class="row between">
              <span>
                <bdi>{field.name}</bdi> <Tag>{field.type}</Tag> <span class="note">since <Time iso={field.first_seen_at} /></span>
              </span>
              <span class="row">
                <button type="button" onClick={() => void act("POST", path, { name: field.name, type: field.type })}>
                  Accept<span class="hidden"> {field.name}</span>
                </button>
                <button type="button" onClick={() => void act("POST", `${path}/deny`, { name: field.name })}>
                  Deny<span class="hidden"> {field.name}</span>
                </button>
              </span>
            </li>
          ))}
          {discovered.length === 0 && <li class="note">None.</li>}
        </ul>
        {denied.length > 0 && <p class="note">Denied: {denied.join(", ")}.</p>}
      </Panel>
    </div>
  );
}

function Analyzer(page: Page): JSX.Element {
  const path = `/api/v1/chatbots/${page.chatbot.id}/analyzer`;
  const choice = useData<AnalyzerChoice>(path);
  if (!choice.value) return pending(choice) ?? <Waiting />;
  return <AnalyzerForm key={JSON.stringify(choice.value)} path={path} choice={choice.value} changed={choice.reload} />;
}

function AnalyzerForm({ path, choice, changed }: { path: string; choice: AnalyzerChoice; changed: () => void }): JSX.Element {
  const [provider, setProvider] = useState(String(choice.analyzer["provider"] ?? ""));
  const [model, setModel] = useState(String(choice.analyzer["model"] ?? ""));
  const [budget, setBudget] = useState(String(choice.analyzer["dailyBudgetUsd"] ?? ""));
  return (
    <div class="columns">
      <Panel title="Who judges">
        <Form
          action="Save"
          send={async () => {
            const body = { provider: provider || null, model: model || null, dailyBudgetUsd: budget === "" ? null : Number(budget) };
            await call(path, { method: "PATCH", body });
            changed();
          }}
        >
          <Choice
            label="Analyzer"
            value={provider}
            options={[
              ["", "As the deployment says"],
              ["builtin", "Built in"],
              ["bedrock", "A model of Amazon Bedrock"],
            ]}
            onChange={setProvider}
          />
          <Input label="Model" value={model} onInput={setModel} hint="For Bedrock; without it the deployment's." />
          <Input label="US dollars a UTC day" type="number" value={budget} onInput={setBudget} hint="When it is spent, the built-in analyzer judges until the next day." />
        </Form>
      </Panel>
      <Panel title="Spent today" aside={<span class="note">UTC day</span>}>
        <p class="tile-value">${choice.today.spentUsd.toFixed(4)}</p>
        <p class="note">
          {counted(choice.today.calls, "call")}, {counted(choice.today.tokens, "token")}.
        </p>
      </Panel>
    </div>
  );
}

const KINDS = ["email", "phone", "card", "iban", "ip"] as const;

function Privacy(page: Page): JSX.Element {
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

function Responder(page: Page): JSX.Element {
  const path = `/api/v1/chatbots/${page.chatbot.id}/responder`;
  const responder = useData<ResponderRow>(path);
  const none = responder.error?.status === 404;
  if (!responder.value && !none) return pending(responder) ?? <Waiting />;
  return <ResponderForm key={JSON.stringify(responder.value ?? null)} path={path} responder={responder.value} changed={responder.reload} />;
}

function ResponderForm({ path, responder, changed }: { path: string; responder: ResponderRow | undefined; changed: () => void }): JSX.Element {
  const [url, setUrl] = useState(responder?.url ?? "");
  const [enabled, setEnabled] = useState(responder?.enabled ?? true);
  const [secret, setSecret] = useState("");
  return (
    <Panel title="Responder" aside={<span class="note">answers the messages of channels</span>}>
      {!responder && <p class="note">This chatbot has none: messages of its channels are stored and not answered.</p>}
      <Form
        action={responder ? "Save" : "Set it"}
        send={async () => {
          const stored = await call<{ secret?: string }>(path, { method: "POST", body: { url, enabled } });
          if (stored.secret) setSecret(stored.secret);
          else changed();
        }}
      >
        <Input label="Address" type="url" value={url} onInput={setUrl} required placeholder="https://…" />
        <label>
          <input type="checkbox" checked={enabled} onChange={() => setEnabled(!enabled)} /> Is called
        </label>
      </Form>
      <Secret secret={secret} what="What signs the calls." />
      {responder && (
        <div class="row">
          <Confirm
            ask="Give the responder a new secret? Calls are signed with it at once."
            action="Rotate it"
            run={async () => {
              const made = await call<{ secret?: string }>(`${path}/rotate-secret`, { method: "POST", body: {} });
              setSecret(made.secret ?? "");
            }}
          >
            Rotate the secret
          </Confirm>
          <Confirm
            ask="Take the responder away? Messages of channels are no longer answered."
            action="Take it away"
            run={async () => {
              await call(path, { method: "DELETE" });
              changed();
            }}
          >
            Remove
          </Confirm>
        </div>
      )}
    </Panel>
  );
}

function Audit(page: Page): JSX.Element {
  const log = usePages<AuditLog["entries"][number], AuditLog>(withQuery("/api/v1/audit", { limit: 50 }), (answer) => answer.entries);
  return (
    <>
      {log.error && <Failed error={log.error} retry={log.reload} />}
      {log.rows.length > 0 && (
        <div class="scroll panel flush" tabIndex={0} role="region" aria-label="Audit log">
          <table class="rows">
            <caption class="hidden">Changes of the workspace, the latest first</caption>
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">What</th>
                <th scope="col">Changed</th>
                <th scope="col">Chatbot</th>
                <th scope="col">By</th>
              </tr>
            </thead>
            <tbody>
              {log.rows.map((entry) => (
                <tr key={entry.id}>
                  <th scope="row">
                    <Time iso={entry.created_at} seconds />
                  </th>
                  <td>
                    {entry.action} <code title={entry.object_id}>{entry.object_id.slice(0, 8)}</code>
                  </td>
                  <td>{entry.changed.join(", ") || <span class="note">–</span>}</td>
                  <td>{entry.chatbot_id === null ? <span class="note">–</span> : (page.session.chatbots.find((bot) => bot.id === entry.chatbot_id)?.name ?? entry.chatbot_id.slice(0, 8))}</td>
                  <td>{entry.actor_key_prefix ? <code>{entry.actor_key_prefix}…</code> : entry.actor}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {log.loading ? (
        <Waiting />
      ) : (
        log.more && (
          <button type="button" class="more" onClick={log.next}>
            Show more
          </button>
        )
      )}
    </>
  );
}

function Health(page: Page): JSX.Element {
  const now = useData<PeriodOverview>(withQuery("/v1/insights/overview", { chatbotId: page.chatbot.id, days: 1 }));
  const spent = useData<AnalyzerChoice>(`/api/v1/chatbots/${page.chatbot.id}/analyzer`);
  if (!now.value) return pending(now) ?? <Waiting />;
  const { current, waiting } = now.value;
  return (
    <Panel title="Today" aside={<button type="button" onClick={now.reload}>Look again</button>}>
      <dl class="facts">
        <div>
          <dt>Conversations that began today (UTC) and are analysed</dt>
          <dd>{count(current.conversations)}</dd>
        </div>
        <div>
          <dt>Waiting for the first analysis</dt>
          <dd>
            {count(waiting)} {waiting > 0 && <Tag tone="warn">Under way</Tag>}
          </dd>
        </div>
        <div>
          <dt>Spent on models</dt>
          <dd>${(spent.value?.today.spentUsd ?? 0).toFixed(4)}</dd>
        </div>
      </dl>
      <p class="note">
        Queues, alarms and the consistency of the table are the operator’s: <code>confab doctor</code> looks at them.
      </p>
    </Panel>
  );
}
