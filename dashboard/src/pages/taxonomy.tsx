// The taxonomy: the topics that the team declares itself. It stands below the topics, and in the settings.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call, withQuery } from "../api.ts";
import type { Page } from "../app.tsx";
import { useData } from "../data.ts";
import { counted, words } from "../format.ts";
import type { DeclaredTopic, Topic, Topics } from "../types.ts";
import { Choice, Confirm, Form, Input, Panel, pending, Waiting } from "../ui.tsx";

const WEEKS = 12;

/** The taxonomy as a page of its own, with what the analysis found lately. */
export function TaxonomyOf(page: Page): JSX.Element {
  const found = useData<Topics>(withQuery("/v1/insights/topics", { chatbotId: page.chatbot.id, weeks: WEEKS, limit: 100 }));
  return <Taxonomy page={page} found={found.value?.topics ?? []} changed={found.reload} />;
}

export function Taxonomy({ page, found, changed }: { page: Page; found: Topic[]; changed: () => void }): JSX.Element {
  const path = `/api/v1/chatbots/${page.chatbot.id}/topics`;
  const declared = useData<DeclaredTopic[]>(path);
  if (!declared.value) return pending(declared) ?? <Waiting />;
  const both = () => {
    declared.reload();
    changed();
  };
  return <Declared path={path} topics={declared.value} found={found} changed={both} />;
}

/** The team's own topics: declare one, rename it, put it below another, or let it take another's phrases. */
function Declared({ path, topics, found, changed }: { path: string; topics: DeclaredTopic[]; found: Topic[]; changed: () => void }): JSX.Element {
  const [name, setName] = useState("");
  const [phrases, setPhrases] = useState("");
  const [parent, setParent] = useState("");
  const lines = (text: string) => text.split(/[\n,]/).map((line) => line.trim()).filter(Boolean);
  return (
    <div class="columns">
      <Panel title="Declare a topic">
        <Form
          action="Declare"
          send={async () => {
            await call(path, { method: "POST", body: { name, phrases: lines(phrases), parentId: parent || null } });
            setName("");
            setPhrases("");
            changed();
          }}
        >
          <Input label="Name" value={name} onInput={setName} required max={64} />
          <Input label="Phrases that belong to it" value={phrases} onInput={setPhrases} hint="Separated by commas. Names of topics that were found become part of this one." />
          <Choice label="Below" value={parent} options={[["", "None"], ...topics.map((topic): [string, string] => [topic.id, topic.name])]} onChange={setParent} />
        </Form>
        {found.some((topic) => !topic.declared) && (
          <p class="note">
            Found by the analysis:{" "}
            {found
              .filter((topic) => !topic.declared)
              .slice(0, 12)
              .map((topic) => (
                <button key={topic.id} type="button" class="tag" onClick={() => (name ? setPhrases([...lines(phrases), topic.name].join(", ")) : setName(topic.name))}>
                  {topic.name}
                </button>
              ))}
          </p>
        )}
      </Panel>
      <Panel title="Declared topics" aside={<span class="note">{counted(topics.length, "topic")}</span>}>
        {topics.length === 0 ? (
          <p class="note">None yet. The analysis finds topics by itself; a declared one gathers what belongs together.</p>
        ) : (
          <ul class="cards">
            {topics.map((topic) => (
              <One key={topic.id} path={path} topic={topic} topics={topics} changed={changed} />
            ))}
          </ul>
        )}
      </Panel>
    </div>
  );
}

function One({ path, topic, topics, changed }: { path: string; topic: DeclaredTopic; topics: DeclaredTopic[]; changed: () => void }): JSX.Element {
  const [name, setName] = useState(topic.name);
  const [phrases, setPhrases] = useState(topic.phrases.join(", "));
  const [parent, setParent] = useState(topic.parent_id ?? "");
  const [merged, setMerged] = useState("");
  const own = `${path}/${encodeURIComponent(topic.id)}`;
  const others = topics.filter((each) => each.id !== topic.id);
  const lines = (text: string) => text.split(",").map((line) => line.trim()).filter(Boolean);
  return (
    <li>
      <details>
        <summary>
          <bdi>{topic.name}</bdi> <span class="note">{topic.phrases.map(words).join(", ")}</span>
        </summary>
        <Form
          action="Save"
          send={async () => {
            const other = topics.find((each) => each.id === merged);
            const all = other ? [...new Set([...lines(phrases), other.name, ...other.phrases])] : lines(phrases);
            await call(own, { method: "PATCH", body: { name, phrases: all, parentId: parent || null } });
            if (other) await call(`${path}/${encodeURIComponent(other.id)}`, { method: "DELETE" });
            changed();
          }}
        >
          <Input label="Name" value={name} onInput={setName} required max={64} />
          <Input label="Phrases" value={phrases} onInput={setPhrases} />
          <Choice label="Below" value={parent} options={[["", "None"], ...others.map((each): [string, string] => [each.id, each.name])]} onChange={setParent} />
          {others.length > 0 && (
            <Choice label="Merge with" value={merged} options={[["", "None"], ...others.map((each): [string, string] => [each.id, each.name])]} onChange={setMerged} />
          )}
        </Form>
        <Confirm
          ask={`Remove the topic “${topic.name}”? Conversations stay; the analysis goes on without it.`}
          action="Remove it"
          run={async () => {
            await call(own, { method: "DELETE" });
            changed();
          }}
        >
          Remove
        </Confirm>
      </details>
    </li>
  );
}
