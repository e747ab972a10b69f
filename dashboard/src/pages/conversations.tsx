import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { withQuery } from "../api.ts";
import type { Page } from "../app.tsx";
import { useData, usePages } from "../data.ts";
import { count, counted, FLAGS, LABELS, OUTCOMES, words } from "../format.ts";
import type { Found, FoundPage, Listed, ListedPage, Topics } from "../types.ts";
import { save, table } from "../files.ts";
import { Choice, Failed, Go, Heading, Input, Mood, NothingYet, OutcomeTag, Tag, Time, Waiting } from "../ui.tsx";

const PAGE = 50;
const FILTERS = ["from", "to", "text", "topic", "flag", "label", "outcome", "user", "organization", "channel", "dialect"] as const;
const ANY: [string, string] = ["", "Any"];

interface Column {
  name: string;
  title: string;
  number?: boolean;
  cell: (row: Found) => ComponentChildren;
}

function columns(page: Page): Column[] {
  return [
    { name: "started", title: "Began", cell: (row) => <Time iso={row.startedAt} /> },
    {
      name: "user",
      title: "User",
      cell: (row) => (row.user?.id ? <Go to={page.link("users", row.user.id)}>{row.user.name ?? row.user.email ?? row.user.id}</Go> : <span class="note">not named</span>),
    },
    {
      name: "organization",
      title: "Organization",
      cell: (row) => (row.organization?.id ? <Go to={page.link("organizations", row.organization.id)}>{row.organization.name ?? row.organization.id}</Go> : <span class="note">–</span>),
    },
    { name: "topics", title: "Topics", cell: (row) => row.topics.slice(0, 3).map((topic) => <Tag key={topic.id}>{topic.name}</Tag>) },
    { name: "messages", title: "Messages", number: true, cell: (row) => count(row.messages) },
    { name: "sentiment", title: "Sentiment", cell: (row) => <Mood score={row.avgSentiment} label={row.label} short /> },
    {
      name: "outcome",
      title: "Outcome",
      cell: (row) =>
        row.analysisPending ? <Tag tone="warn">Waiting</Tag> : row.analysisFailed ? <Tag tone="bad">Failed</Tag> : <OutcomeTag outcome={row.outcome} />,
    },
    { name: "flags", title: "Flags", cell: (row) => row.flags.map((flag) => <Tag key={flag} tone={flag === "buying_signal" ? "good" : "warn"}>{words(flag)}</Tag>) },
    { name: "last", title: "Last message", cell: (row) => <Time iso={row.lastMessageAt} /> },
    { name: "source", title: "Source", cell: (row) => row.channel?.name ?? row.channel?.id ?? words(row.dialect) },
  ];
}

const HIDDEN = "last source";

export function Conversations(page: Page): JSX.Element {
  const latest = page.route.query.get("view") === "latest";
  return (
    <>
      <div class="page-head">
        <Heading title="Conversations">Conversations</Heading>
        <div class="tabs" role="group" aria-label="Which conversations">
          <Go to={page.link("conversations")} current={!latest}>
            Analysed
          </Go>
          <Go to={page.link("conversations", "", { view: "latest" })} current={latest}>
            All, the last active first
          </Go>
        </div>
      </div>
      {latest ? <Latest page={page} /> : <Search page={page} />}
    </>
  );
}

function Search({ page }: { page: Page }): JSX.Element {
  const { query } = page.route;
  const filters = Object.fromEntries(FILTERS.map((name) => [name, query.get(name) ?? undefined]));
  const path = withQuery("/v1/insights/conversations", { chatbotId: page.chatbot.id, ...filters, limit: PAGE });
  const found = usePages<Found, FoundPage>(path, (answer) => answer.conversations);
  const hidden = new Set((query.get("hide") ?? HIDDEN).split(" "));
  const shown = columns(page).filter((column) => !hidden.has(column.name));
  const filtered = FILTERS.some((name) => query.get(name));
  const opened = (id: string) => page.link("conversations", id, {});
  return (
    <>
      <Filters page={page} />
      <div class="row between">
        <p class="note" role="status">
          {found.loading && found.rows.length === 0 ? "Searching…" : `${counted(found.rows.length, "conversation")}${found.more ? " so far" : ""}, the latest first`}
        </p>
        <span class="row">
          <Columns page={page} hidden={hidden} />
          <button type="button" disabled={found.rows.length === 0} onClick={() => save("conversations.csv", csv(found.rows))}>
            Export CSV<span class="hidden"> of the shown conversations</span>
          </button>
          <button type="button" onClick={found.reload}>
            Refresh
          </button>
        </span>
      </div>
      {found.error && <Failed error={found.error} retry={found.reload} />}
      {found.rows.length > 0 && (
        <div class="scroll panel flush" tabIndex={0} role="region" aria-label="Conversations">
          <table class="rows">
            <caption class="hidden">Conversations, the latest first</caption>
            <thead>
              <tr>
                <th scope="col">Conversation</th>
                {shown.map((column) => (
                  <th key={column.name} scope="col" class={column.number ? "number" : ""}>
                    {column.title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {found.rows.map((row) => (
                <tr key={row.id}>
                  <th scope="row">
                    <Go to={opened(row.id)} class="open">
                      <bdi>{row.externalId ?? row.id.slice(0, 8)}</bdi>
                    </Go>
                  </th>
                  {shown.map((column) => (
                    <td key={column.name} class={column.number ? "number" : ""}>
                      {column.cell(row)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {!found.loading && found.rows.length === 0 && !found.more && !found.error && (filtered ? <p>No analysed conversation matches all of these filters.</p> : <NothingYet what="No conversation is analysed yet." />)}
      {found.loading ? (
        <Waiting />
      ) : (
        found.more && (
          <button type="button" class="more" onClick={found.next}>
            Show more
          </button>
        )
      )}
    </>
  );
}

function csv(rows: Found[]): string {
  const head = ["id", "external id", "began", "last message", "user", "e-mail", "organization", "messages", "sentiment", "outcome", "topics", "flags"];
  const lines = rows.map((row) => [
    row.id,
    row.externalId,
    row.startedAt,
    row.lastMessageAt,
    row.user?.name ?? row.user?.id,
    row.user?.email,
    row.organization?.name ?? row.organization?.id,
    row.messages,
    row.avgSentiment,
    row.outcome,
    row.topics.map((topic) => topic.name).join("; "),
    row.flags.join("; "),
  ]);
  return table([head, ...lines]);
}

function Filters({ page }: { page: Page }): JSX.Element {
  const { query } = page.route;
  const value = (name: string) => query.get(name) ?? "";
  const [text, setText] = useState(value("text"));
  useEffect(() => setText(value("text")), [value("text")]);
  const topics = useData<Topics>(withQuery("/v1/insights/topics", { chatbotId: page.chatbot.id, weeks: 52, limit: 100 }));
  const known = topics.value?.topics.map((topic): [string, string] => [topic.id, topic.name]) ?? [];
  const topic = value("topic");
  if (topic && !known.some(([id]) => id === topic)) known.unshift([topic, topic]);
  const choice = (name: string, label: string, options: [string, string][]) => (
    <Choice label={label} value={value(name)} options={[ANY, ...options]} onChange={(chosen) => page.set({ [name]: chosen || undefined })} />
  );
  const also = (["user", "organization", "channel"] as const).filter((name) => value(name));
  return (
    <form
      class="filters"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        page.set({ text: text.trim() || undefined });
      }}
    >
      <Input label="Search" type="search" value={text} onInput={setText} placeholder="Name, e-mail or id" />
      <Input label="From" type="date" value={value("from").slice(0, 10)} onInput={(day) => page.set({ from: day || undefined })} />
      <Input label="To" type="date" value={value("to").slice(0, 10)} onInput={(day) => page.set({ to: day || undefined })} />
      {choice("outcome", "Outcome", OUTCOMES.map((outcome) => [outcome, words(outcome)]))}
      {choice("label", "Sentiment", LABELS.map((label) => [label, label]))}
      {choice("flag", "Flag", FLAGS.map((flag) => [flag, words(flag)]))}
      {choice("topic", "Topic", known)}
      {choice("dialect", "Source", [["openbat", "OpenBat"], ["inkeep", "Inkeep"], ["chatcaptain", "ChatCaptain"]])}
      {also.map((name) => (
        <span key={name} class="field">
          <span>{words(name)}</span>
          <button type="button" onClick={() => page.set({ [name]: undefined })}>
            <bdi>{value(name)}</bdi> <span aria-hidden="true">×</span>
            <span class="hidden">Remove this filter</span>
          </button>
        </span>
      ))}
      <button type="submit">Search</button>
      {FILTERS.some((name) => query.get(name)) && <Go to={page.link("conversations")}>Clear all</Go>}
    </form>
  );
}

function Columns({ page, hidden }: { page: Page; hidden: Set<string> }): JSX.Element {
  const toggled = (name: string) => {
    const next = new Set(hidden);
    if (!next.delete(name)) next.add(name);
    const text = [...next].join(" ");
    page.set({ hide: text === HIDDEN ? undefined : text || "none" });
  };
  return (
    <details class="menu">
      <summary>Columns</summary>
      <fieldset>
        <legend class="hidden">Columns that are shown</legend>
        {columns(page).map((column) => (
          <label key={column.name}>
            <input type="checkbox" checked={!hidden.has(column.name)} onChange={() => toggled(column.name)} /> {column.title}
          </label>
        ))}
      </fieldset>
    </details>
  );
}

/** All conversations, those that wait for their analysis too; by their last activity, without filters. */
function Latest({ page }: { page: Page }): JSX.Element {
  const found = usePages<Listed, ListedPage>(withQuery("/api/v1/conversations", { chatbotId: page.chatbot.id, limit: PAGE }), (answer) => answer.conversations);
  return (
    <>
      <div class="row between">
        <p class="note" role="status">
          {found.loading && found.rows.length === 0 ? "Loading…" : `${counted(found.rows.length, "conversation")}${found.more ? " so far" : ""}, the last active first`}
        </p>
        <button type="button" onClick={found.reload}>
          Refresh
        </button>
      </div>
      {found.error && <Failed error={found.error} retry={found.reload} />}
      {found.rows.length > 0 && (
        <div class="scroll panel flush" tabIndex={0} role="region" aria-label="Conversations">
          <table class="rows">
            <caption class="hidden">Conversations, the last active first</caption>
            <thead>
              <tr>
                <th scope="col">Conversation</th>
                <th scope="col">Last message</th>
                <th scope="col">Began</th>
                <th scope="col">User</th>
                <th scope="col" class="number">
                  Messages
                </th>
              </tr>
            </thead>
            <tbody>
              {found.rows.map((row) => (
                <tr key={row.id}>
                  <th scope="row">
                    <Go to={page.link("conversations", row.id)} class="open">
                      <bdi>{row.external_conversation_id ?? row.id.slice(0, 8)}</bdi>
                    </Go>
                  </th>
                  <td>
                    <Time iso={row.last_message_at} />
                  </td>
                  <td>
                    <Time iso={row.first_message_at} />
                  </td>
                  <td>{row.external_user_id ? <bdi>{row.external_user_id}</bdi> : <span class="note">not named</span>}</td>
                  <td class="number">{count(row.message_count)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {!found.loading && found.rows.length === 0 && !found.error && <NothingYet what="No conversation is stored yet." />}
      {found.loading ? <Waiting /> : found.more && (
        <button type="button" class="more" onClick={found.next}>
          Show more
        </button>
      )}
    </>
  );
}
