import type { JSX } from "preact";
import { withQuery } from "../api.ts";
import type { Page } from "../app.tsx";
import { Spark } from "../charts.tsx";
import { useData } from "../data.ts";
import { count, counted, labelOf, mondayOf, percent } from "../format.ts";
import type { Column } from "../table.tsx";
import { Table } from "../table.tsx";
import type { Topic, Topics as Ranked } from "../types.ts";
import { Choice, Go, Heading, Mood, NothingYet, OutcomeTag, pending, Tag, Time } from "../ui.tsx";
import { StillWaiting } from "./waiting.tsx";
import { Taxonomy } from "./taxonomy.tsx";

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
  return (
    <>
      <div class="page-head">
        <Heading title="Topics">Topics</Heading>
        <span class="row">
          {page.session.administers && <Go to={page.link("settings", "taxonomy")}>Declare topics</Go>}
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
        <NothingYet page={page} what="No topic was found in these weeks." />
      ) : (
        <>
          <p class="note" role="status">
            {counted(topics.value.total, "topic")}
            <StillWaiting page={page} />
            {topics.value.total > topics.value.topics.length && `, the first ${topics.value.topics.length} by opportunity are shown`}
          </p>
          <Ranking page={page} ranked={topics.value} topics={sorted(topics.value.topics, sort)} />
        </>
      )}
      {page.session.administers && <Taxonomy page={page} found={topics.value?.topics ?? []} changed={topics.reload} />}
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

function Ranking({ page, ranked, topics }: { page: Page; ranked: Ranked; topics: Topic[] }): JSX.Element {
  const since = ranked.weeks[0] && mondayOf(ranked.weeks[0]);
  const columns: Column<Topic>[] = [
    {
      name: "topic",
      title: "Topic",
      cell: (topic) => (
        <>
          <Go to={page.link("conversations", "", { topic: topic.id, from: since })} class="open">
            <bdi>{topic.name}</bdi>
          </Go>{" "}
          {topic.declared && <Tag tone="accent">Declared</Tag>}
          {topic.parent && <span class="note"> below {topic.parent.name}</span>}
        </>
      ),
    },
    { name: "conversations", title: "Conversations", number: true, cell: (topic) => count(topic.conversations) },
    {
      name: "trend",
      title: "Trend",
      cell: (topic) => (
        <span class="row tight">
          <Spark values={topic.trend.weeks.map((week) => week.conversations)} />
          {topic.trend.direction && (
            <span class="note">
              <span aria-hidden="true">{TRENDS[topic.trend.direction]} </span>
              {topic.trend.direction}
            </span>
          )}
        </span>
      ),
    },
    { name: "sentiment", title: "Sentiment", cell: (topic) => <Mood score={topic.avgSentiment} label={topic.avgSentiment === null ? null : labelOf(topic.avgSentiment)} short /> },
    { name: "resolved", title: "Resolved", number: true, cell: (topic) => percent(topic.resolutionRate) },
    { name: "opportunity", title: "Opportunity", number: true, cell: (topic) => (topic.opportunity === null ? "–" : topic.opportunity.toFixed(1)) },
    { name: "samples", title: "Samples", cell: (topic) => <Samples page={page} topic={topic} /> },
  ];
  return <Table<Topic> title="Topics with their figures" rows={topics} keyOf={(topic) => topic.id} columns={columns} />;
}

function Samples({ page, topic }: { page: Page; topic: Topic }): JSX.Element {
  return (
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
  );
}
