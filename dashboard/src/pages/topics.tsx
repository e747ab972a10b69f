import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call, withQuery } from "../api.ts";
import type { Page } from "../app.tsx";
import { Spark } from "../charts.tsx";
import { useData } from "../data.ts";
import { count, counted, percent, words } from "../format.ts";
import type { DeclaredTopic, Topic, Topics as Ranked } from "../types.ts";
import { Choice, Confirm, Form, Go, Heading, Input, Mood, NothingYet, OutcomeTag, Panel, pending, Tag, Time } from "../ui.tsx";
import { labelOf } from "../format.ts";

const WEEKS: [string, string][] = [
  ["1", "This week"],
  ["4", "4 weeks"],
  ["12", "12 weeks"],
  ["26", "26 weeks"],
  ["52", "52 weeks"],
];
const SORTS: [string, string][] = [
  ["opportunity", "Opportunity"],
  ["conversations", "Conversations"],
  ["sentiment", "Worst sentiment"],
  ["name", "Name"],
];
const TRENDS = { rising: "▲", steady: "▬", falling: "▼" } as const;

export function Topics(page: Page): JSX.Element {
  const asked = page.route.query.get("weeks") ?? "4";
  const weeks = Number(asked) >= 1 && Number(asked) <= 52 ? asked : "4";
  const options = WEEKS.some(([value]) => value === weeks) ? WEEKS : [...WEEKS, [weeks, `${weeks} weeks`] as [string, string]];
  const sort = page.route.query.get("sort") ?? "opportunity";
  const topics = useData<Ranked>(withQuery("/v1/insights/topics", { chatbotId: page.chatbot.id, weeks, limit: 100 }));
  const bot = `/api/v1/chatbots/${page.chatbot.id}/topics`;
  const declared = useData<DeclaredTopic[]>(page.session.administers ? bot : null);
  const changed = () => {
    declared.reload();
    topics.reload();
  };
  return (
    <>
      <div class="page-head">
        <Heading title="Topics">Topics</Heading>
        <span class="row">
          <Choice label="Weeks" value={weeks} options={options} onChange={(value) => page.set({ weeks: value === "4" ? undefined : value })} />
          <Choice label="Sort by" value={sort} options={SORTS} onChange={(value) => page.set({ sort: value === "opportunity" ? undefined : value })} />
        </span>
      </div>
      <p class="note">
        Opportunity: conversations × the share of unresolved, escalated and abandoned ones among those that ended. It says how many better answers could win. ISO
        weeks in UTC.
      </p>
      {topics.value === undefined ? (
        pending(topics)
      ) : topics.value.topics.length === 0 ? (
        <NothingYet what="No topic was found in these weeks." />
      ) : (
        <>
          <p class="note" role="status">
            {counted(topics.value.total, "topic")}
            {topics.value.total > topics.value.topics.length && `, the first ${topics.value.topics.length} by opportunity are shown`}
          </p>
          <Table page={page} topics={sorted(topics.value.topics, sort)} />
        </>
      )}
      {page.session.administers && declared.value && <Declared path={bot} topics={declared.value} found={topics.value?.topics ?? []} changed={changed} />}
    </>
  );
}

function sorted(topics: Topic[], by: string): Topic[] {
  const order: Record<string, (a: Topic, b: Topic) => number> = {
    conversations: (a, b) => b.conversations - a.conversations,
    sentiment: (a, b) => (a.avgSentiment ?? 2) - (b.avgSentiment ?? 2),
    name: (a, b) => a.name.localeCompare(b.name),
  };
  const chosen = order[by];
  return chosen ? [...topics].sort(chosen) : topics;
}

function Table({ page, topics }: { page: Page; topics: Topic[] }): JSX.Element {
  return (
    <div class="scroll panel flush" tabIndex={0} role="region" aria-label="Topics">
      <table class="rows">
        <caption class="hidden">Topics with their figures</caption>
        <thead>
          <tr>
            <th scope="col">Topic</th>
            <th scope="col" class="number">Conversations</th>
            <th scope="col">Trend</th>
            <th scope="col">Sentiment</th>
            <th scope="col" class="number">Resolved</th>
            <th scope="col" class="number">Opportunity</th>
            <th scope="col">Samples</th>
          </tr>
        </thead>
        <tbody>
          {topics.map((topic) => (
            <tr key={topic.id}>
              <th scope="row">
                <Go to={page.link("conversations", "", { topic: topic.id })} class="open">
                  <bdi>{topic.name}</bdi>
                </Go>{" "}
                {topic.declared && <Tag tone="accent">Declared</Tag>}
                {topic.parent && <span class="note"> below {topic.parent.name}</span>}
              </th>
              <td class="number">{count(topic.conversations)}</td>
              <td>
                <span class="row tight">
                  <Spark values={topic.trend.weeks.map((week) => week.conversations)} />
                  {topic.trend.direction && (
                    <span class="note">
                      <span aria-hidden="true">{TRENDS[topic.trend.direction]} </span>
                      {topic.trend.direction}
                    </span>
                  )}
                </span>
              </td>
              <td>
                <Mood score={topic.avgSentiment} label={topic.avgSentiment === null ? null : labelOf(topic.avgSentiment)} short />
              </td>
              <td class="number">{percent(topic.resolutionRate)}</td>
              <td class="number">{topic.opportunity === null ? "–" : topic.opportunity.toFixed(1)}</td>
              <td>
                <details>
                  <summary>{counted(topic.samples.length, "sample")}</summary>
                  <ul class="samples">
                    {topic.samples.map((sample) => (
                      <li key={sample.id}>
                        <Go to={page.link("conversations", sample.id)}>
                          <bdi>{sample.externalId ?? sample.id.slice(0, 8)}</bdi>
                        </Go>{" "}
                        <Time iso={sample.startedAt} /> <OutcomeTag outcome={sample.outcome} />
                      </li>
                    ))}
                  </ul>
                </details>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
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
