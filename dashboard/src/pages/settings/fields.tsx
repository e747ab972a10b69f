import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call, withQuery } from "../../api.ts";
import type { Page } from "../../app.tsx";
import { useData } from "../../data.ts";
import { count } from "../../format.ts";
import type { Fields as FieldList } from "../../types.ts";
import { Choice, Confirm, Form, Input, Panel, pending, Tag, Time, Waiting } from "../../ui.tsx";

export function FieldsOf(page: Page): JSX.Element {
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
