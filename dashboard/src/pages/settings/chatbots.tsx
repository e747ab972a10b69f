import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../../api.ts";
import type { Page } from "../../app.tsx";
import { useData } from "../../data.ts";
import type { AdminChatbot } from "../../types.ts";
import { Confirm, Form, Heading, Input, Panel, pending, Tag, Time } from "../../ui.tsx";
import { Secret } from "./secret.tsx";

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

export function Chatbots(page: Page): JSX.Element {
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
