import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { textOf, withQuery } from "../api.ts";
import type { Page } from "../app.tsx";
import { useData, usePages } from "../data.ts";
import type { Pages } from "../data.ts";
import { save } from "../files.ts";
import { BEHAVIOURS, count, counted, FLAGS, hoursText, LABELS, OUTCOMES, REPLIES, words } from "../format.ts";
import { FILTERS, filtersOf, isLatest, isOfWords, LATEST, listOf, pathOf, remember, WORDS } from "../list.ts";
import type { Column } from "../table.tsx";
import { PagedTable } from "../table.tsx";
import type { Found, FoundPage, Listed, ListedPage, Matched, MatchedPage, Topics } from "../types.ts";
import { Choice, Go, Heading, Input, Mood, NothingYet, OutcomeTag, Tag, Time } from "../ui.tsx";

const ANY: [string, string] = ["", "Any"];
const HIDDEN = "last source";
const FURTHER = ["label", "behaviour", "reply", "feedback", "dialect", "user", "organization", "channel"] as const;
const TYPED = ["text", "user", "organization", "channel"] as const;
const FORMATS: [format: string, file: string, title: string][] = [
  ["csv", "conversations.csv", "CSV: a line each"],
  ["jsonl", "conversations.jsonl", "JSON Lines: whole conversations"],
  ["openai", "examples.jsonl", "Examples for fine-tuning"],
];

/** Columns that can be hidden. */
function columns(page: Page): Column<Found>[] {
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

export function Conversations(page: Page): JSX.Element {
  const latest = isLatest(page.route.query);
  const words = isOfWords(page.route.query);
  return (
    <>
      <div class="page-head">
        <Heading title="Conversations">Conversations</Heading>
        <div class="tabs" role="group" aria-label="Which conversations">
          <Go to={page.link("conversations")} current={!latest && !words}>
            Analysed
          </Go>
          <Go to={page.link("conversations", "", { view: LATEST })} current={latest}>
            All, the last active first
          </Go>
          <Go to={page.link("conversations", "", { view: WORDS })} current={words}>
            By words
          </Go>
        </div>
      </div>
      {latest ? <Latest page={page} /> : words ? <ByWords page={page} /> : <Search page={page} />}
    </>
  );
}

/** The name of a conversation, which opens it as a part of its list. */
function Opening({ page, id, externalId, message }: { page: Page; id: string; externalId: string | null; message?: string | undefined }): JSX.Element {
  return (
    <Go to={page.link("conversations", id, { message, list: listOf(page.route.query) || "all" })} class="open">
      <bdi>{externalId ?? id.slice(0, 8)}</bdi>
    </Go>
  );
}

function useRemembered(path: string, pages: Pages<{ id: string }>): void {
  useEffect(() => {
    if (!pages.loading) remember(path, pages.rows.map((row) => row.id), pages.cursor);
  }, [path, pages.rows, pages.cursor, pages.loading]);
}

function Search({ page }: { page: Page }): JSX.Element {
  const { query } = page.route;
  const path = pathOf(page.chatbot.id, query);
  const found = usePages<Found, FoundPage>(path, (answer) => answer.conversations);
  useRemembered(path, found);
  const hidden = new Set((query.get("hide") ?? HIDDEN).split(" "));
  const filtered = FILTERS.some((name) => query.get(name));
  return (
    <>
      <Filters page={page} />
      <div class="row between">
        <HowMany pages={found} order="the latest first" />
        <span class="row">
          <Columns page={page} hidden={hidden} />
          <Export page={page} />
          <button type="button" onClick={found.reload}>
            Refresh
          </button>
        </span>
      </div>
      <PagedTable<Found>
        title="Conversations, the latest first"
        pages={found}
        keyOf={(row) => row.id}
        columns={[
          { name: "conversation", title: "Conversation", cell: (row) => <Opening page={page} id={row.id} externalId={row.externalId} /> },
          ...columns(page).filter((column) => !hidden.has(column.name)),
        ]}
        empty={filtered ? <p>No analysed conversation matches all of these filters.</p> : <NothingYet page={page} what="No conversation is analysed yet." />}
      />
    </>
  );
}

function HowMany({ pages, order }: { pages: Pages<unknown>; order: string }): JSX.Element {
  return (
    <p class="note" role="status">
      {pages.loading && pages.rows.length === 0 ? "Loading…" : `${counted(pages.rows.length, "conversation")}${pages.more ? " so far" : ""}, ${order}`}
    </p>
  );
}

/** The conversations that the filters leave, all of them, as a file. */
function Export({ page }: { page: Page }): JSX.Element {
  const [told, tell] = useState("");
  const take = (format: string, file: string) => {
    tell("Collecting…");
    const path = withQuery("/v1/insights/conversations/export", { chatbotId: page.chatbot.id, ...filtersOf(page.route.query), format });
    textOf(path).then(
      (text) => {
        save(file, text);
        tell("Done.");
      },
      (error: unknown) => tell(error instanceof Error ? error.message : "It did not work."),
    );
  };
  return (
    <details class="menu">
      <summary>Export</summary>
      <div>
        <p class="note">All conversations that the filters leave.</p>
        {FORMATS.map(([format, file, title]) => (
          <button key={format} type="button" onClick={() => take(format, file)}>
            {title}
          </button>
        ))}
        <p class="note" role="status">
          {told}
        </p>
      </div>
    </details>
  );
}

function Filters({ page }: { page: Page }): JSX.Element {
  const { query } = page.route;
  const value = (name: string) => query.get(name) ?? "";
  const given = TYPED.map(value).join("\n");
  const [typed, setTyped] = useState<Record<string, string>>({});
  useEffect(() => setTyped({}), [given]);
  const field = (name: (typeof TYPED)[number], label: string, type: "search" | "text" = "text", placeholder?: string) => (
    <Input label={label} type={type} value={typed[name] ?? value(name)} onInput={(text) => setTyped({ ...typed, [name]: text })} {...(placeholder ? { placeholder } : {})} />
  );
  const wanted = FURTHER.some((name) => query.get(name));
  const [further, setFurther] = useState(wanted);
  useEffect(() => {
    if (wanted) setFurther(true);
  }, [wanted]);
  const topics = useData<Topics>(withQuery("/v1/insights/topics", { chatbotId: page.chatbot.id, weeks: 52, limit: 100 }));
  const known = topics.value?.topics.map((topic): [string, string] => [topic.id, topic.name]) ?? [];
  const choice = (name: string, label: string, options: [string, string][]) => {
    const own = value(name);
    const listed = own === "" || options.some(([each]) => each === own);
    return (
      <Choice label={label} value={own} options={[ANY, ...(listed ? [] : [[own, own.replaceAll(",", " or ")] as [string, string]]), ...options]} onChange={(chosen) => page.set({ [name]: chosen || undefined })} />
    );
  };
  const each = (vocabulary: readonly string[]) => vocabulary.map((word): [string, string] => [word, words(word)]);
  return (
    <form
      class="filters"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        page.set(Object.fromEntries(TYPED.map((name) => [name, (typed[name] ?? value(name)).trim() || undefined])));
      }}
    >
      {field("text", "Search", "search", "Name, e-mail or id")}
      <Input label="From (UTC)" type="date" value={value("from").slice(0, 10)} onInput={(day) => page.set({ from: day || undefined })} />
      <Input label="To (UTC)" type="date" value={value("to").slice(0, 10)} onInput={(day) => page.set({ to: day || undefined })} />
      {choice("outcome", "Outcome", each(OUTCOMES))}
      {choice("messageLabel", "A message is", LABELS.map((label) => [label, label]))}
      {choice("flag", "Flag", each(FLAGS))}
      {choice("topic", "Topic", known)}
      {further && (
        <>
          {choice("label", "Sentiment overall", LABELS.map((label) => [label, label]))}
          {choice("reply", "An answer comes to", each(REPLIES))}
          {choice("behaviour", "An answer is", each(BEHAVIOURS))}
          {choice("feedback", "Feedback", [["positive", "Thumb up"], ["negative", "Thumb down"]])}
          {choice("dialect", "Source", [["openbat", "OpenBat"], ["inkeep", "Inkeep"], ["chatcaptain", "ChatCaptain"]])}
          {field("user", "User’s id")}
          {field("organization", "Organization’s id")}
          {field("channel", "Channel’s id")}
        </>
      )}
      {value("score") && (
        <span class="field">
          <span>Score</span>
          <button type="button" onClick={() => page.set({ score: undefined, scoreValue: undefined })}>
            <bdi>{[value("score"), value("scoreValue")].filter(Boolean).join(": ")}</bdi> <span aria-hidden="true">×</span>
            <span class="hidden">Remove this filter</span>
          </button>
        </span>
      )}
      {value("hours") && (
        <span class="field">
          <span>Began</span>
          <button type="button" onClick={() => page.set({ hours: undefined })}>
            {hoursText(value("hours"))} <span aria-hidden="true">×</span>
            <span class="hidden">Remove this filter</span>
          </button>
        </span>
      )}
      <button type="button" aria-expanded={further} onClick={() => setFurther(!further)}>
        {further ? "Fewer filters" : "More filters"}
      </button>
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

const none: ComponentChildren = <span class="note">not named</span>;

/** All conversations, those that wait for their analysis too; by their last activity, without filters. */
function Latest({ page }: { page: Page }): JSX.Element {
  const path = pathOf(page.chatbot.id, page.route.query);
  const found = usePages<Listed, ListedPage>(path, (answer) => answer.conversations);
  useRemembered(path, found);
  return (
    <>
      <div class="row between">
        <HowMany pages={found} order="the last active first" />
        <button type="button" onClick={found.reload}>
          Refresh
        </button>
      </div>
      <PagedTable<Listed>
        title="Conversations, the last active first"
        pages={found}
        keyOf={(row) => row.id}
        columns={[
          { name: "conversation", title: "Conversation", cell: (row) => <Opening page={page} id={row.id} externalId={row.external_conversation_id} /> },
          { name: "last", title: "Last message", cell: (row) => <Time iso={row.last_message_at} /> },
          { name: "began", title: "Began", cell: (row) => <Time iso={row.first_message_at} /> },
          { name: "user", title: "User", cell: (row) => (row.external_user_id ? <Go to={page.link("users", row.external_user_id)}>{row.external_user_id}</Go> : none) },
          { name: "messages", title: "Messages", number: true, cell: (row) => count(row.message_count) },
        ]}
        empty={<NothingYet page={page} what="No conversation is stored yet." />}
      />
    </>
  );
}

/** The conversations that have some words in their messages: from copies, which follow the table after a while. */
function ByWords({ page }: { page: Page }): JSX.Element {
  const { query } = page.route;
  const words = query.get("words") ?? "";
  const [typed, setTyped] = useState(words);
  useEffect(() => setTyped(words), [words]);
  const path = words ? pathOf(page.chatbot.id, query) : null;
  const found = usePages<Matched, MatchedPage>(path, (answer) => answer.conversations);
  useRemembered(path ?? "", found);
  return (
    <>
      <form
        class="filters"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          page.set({ words: typed.trim() || undefined });
        }}
      >
        <Input label="Words in messages" type="search" value={typed} onInput={setTyped} max={256} />
        <Input label="From (UTC)" type="date" value={(query.get("from") ?? "").slice(0, 10)} onInput={(day) => page.set({ from: day || undefined })} />
        <Input label="To (UTC)" type="date" value={(query.get("to") ?? "").slice(0, 10)} onInput={(day) => page.set({ to: day || undefined })} />
        <button type="submit">Search</button>
      </form>
      <p class="note">Every word must be in a message of the conversation, in any case; what stands in quotation marks is looked for as it is. What was just said is found some minutes later.</p>
      {path && <HowMany pages={found} order="the latest first" />}
      {found.error?.status === 404 ? (
        <p>This deployment keeps no copies to search in.</p>
      ) : (
        <PagedTable<Matched>
          title="Conversations with the words, the latest first"
          pages={found}
          keyOf={(row) => row.id}
          columns={[
            { name: "conversation", title: "Conversation", cell: (row) => <Opening page={page} id={row.id} externalId={row.externalId} message={row.match?.messageId} /> },
            { name: "match", title: "Where", cell: (row) => (row.match ? <bdi class="snippet">{row.match.snippet}</bdi> : <span class="note">–</span>) },
            ...columns(page).filter((column) => ["started", "user", "sentiment", "outcome"].includes(column.name)),
          ]}
          empty={path && <p>No conversation has these words.</p>}
        />
      )}
    </>
  );
}
