import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../../api.ts";
import type { Page } from "../../app.tsx";
import { useData } from "../../data.ts";
import type { Responder as ResponderRow } from "../../types.ts";
import { Confirm, Form, Input, Panel, pending, Waiting } from "../../ui.tsx";
import { Secret } from "./secret.tsx";

export function Responder(page: Page): JSX.Element {
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
