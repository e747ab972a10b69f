import type { JSX } from "preact";
import { withQuery } from "../api.ts";
import type { Page } from "../app.tsx";
import { Figure, Line, Parts } from "../charts.tsx";
import { useData, usePages } from "../data.ts";
import { count, counted, labelOf, LABELS, localTime, OUTCOMES, percent, share, signed, words } from "../format.ts";
import type { Found, FoundPage, PeoplePage, Person } from "../types.ts";
import type { Column } from "../table.tsx";
import { PagedTable } from "../table.tsx";
import { Go, Heading, Input, Mood, NothingYet, OUTCOME_TONES, OutcomeTag, Panel, pending, Time } from "../ui.tsx";

export type Group = "users" | "organizations";
const ONE = { users: "user", organizations: "organization" } as const;
const PAGE = 50;
const TRACED = 100;

export function People(page: Page & { group: Group }): JSX.Element {
  return page.route.id ? <One {...page} /> : <All {...page} />;
}

function All(page: Page & { group: Group }): JSX.Element {
  const { group } = page;
  const since = page.route.query.get("from") ?? "";
  const people = usePages<Person, PeoplePage>(withQuery(`/v1/insights/${group}`, { chatbotId: page.chatbot.id, from: since, limit: PAGE }), (answer) => answer[group] ?? []);
  return (
    <>
      <div class="page-head">
        <Heading title={words(group)}>{words(group)}</Heading>
        <Input label="Seen since" type="date" value={since.slice(0, 10)} onInput={(day) => page.set({ from: day || undefined })} />
      </div>
      <p class="note" role="status">
        {people.loading && people.rows.length === 0 ? "Loading…" : `${counted(people.rows.length, ONE[group])}${people.more ? " so far" : ""}, the last seen first. Figures are of all time.`}
      </p>
      <PagedTable<Person>
        title={`${words(group)}, the last seen first`}
        pages={people}
        keyOf={(person) => person.id}
        columns={columns(page)}
        empty={
          since ? (
            <p>
              Nobody was seen since then. <Go to={page.link(group)}>All {group}</Go>
            </p>
          ) : (
            <NothingYet page={page} what={`No ${ONE[group]} is known yet: a message names one in “${ONE[group]}”.`} />
          )
        }
      />
    </>
  );
}

function columns(page: Page & { group: Group }): Column<Person>[] {
  const { group } = page;
  return [
    {
      name: "name",
      title: words(ONE[group]),
      cell: (person) => (
        <>
          <Go to={page.link(group, person.id)} class="open">
            <bdi>{person.name ?? person.id}</bdi>
          </Go>
          {person.email && (
            <span class="note">
              {" "}
              <bdi>{person.email}</bdi>
            </span>
          )}
        </>
      ),
    },
    { name: "plan", title: "Plan", cell: (person) => person.plan ?? <span class="note">–</span> },
    { name: "seen", title: "Last seen", cell: (person) => <Time iso={person.lastSeenAt} /> },
    { name: "conversations", title: "Conversations", number: true, cell: (person) => <Go to={page.link("conversations", "", { [ONE[group]]: person.id })}>{count(person.conversations)}</Go> },
    { name: "messages", title: "Messages", number: true, cell: (person) => count(person.messages) },
    { name: "sentiment", title: "Sentiment", cell: (person) => <Mood score={person.avgSentiment} label={person.avgSentiment === null ? null : labelOf(person.avgSentiment)} short /> },
    { name: "resolved", title: "Resolved", number: true, cell: (person) => percent(person.resolutionRate) },
    { name: "flags", title: "Flags", number: true, cell: (person) => count(person.flags.reduce((sum, flag) => sum + flag.messages, 0)) },
  ];
}

function One(page: Page & { group: Group }): JSX.Element {
  const { group, route } = page;
  const person = useData<Person>(withQuery(`/v1/insights/${group}/${encodeURIComponent(route.id)}`, { chatbotId: page.chatbot.id }));
  const found = useData<FoundPage>(withQuery("/v1/insights/conversations", { chatbotId: page.chatbot.id, [ONE[group]]: route.id, limit: TRACED }));
  const name = person.value?.name ?? route.id;
  return (
    <>
      <div class="page-head">
        <Heading title={name}>
          <bdi>{name}</bdi>
        </Heading>
        <Go to={page.link(group)}>All {group}</Go>
      </div>
      {person.value ? (
        <>
          <p class="note">
            {[person.value.email, person.value.plan && `plan ${person.value.plan}`, `id ${person.value.id}`].filter(Boolean).join(" · ")} · last seen{" "}
            <Time iso={person.value.lastSeenAt} />
          </p>
          <Figures page={page} person={person.value} />
        </>
      ) : person.error?.status === 404 ? (
        <p>No analysed conversation is of this {ONE[group]}.</p>
      ) : (
        pending(person)
      )}
      {found.value && <Traced page={page} found={found.value} />}
    </>
  );
}

function Figures({ page, person }: { page: Page & { group: Group }; person: Person }): JSX.Element {
  const filter = { [ONE[page.group]]: person.id };
  const find = (more: Record<string, string>) => page.link("conversations", "", { ...filter, ...more });
  const all = LABELS.reduce((sum, label) => sum + person.sentimentDistribution[label], 0);
  return (
    <div class="columns three">
      <Panel title="Outcomes" aside={<span class="note">of {counted(person.conversations, "conversation")}</span>}>
        <Parts
          parts={OUTCOMES.map((outcome) => ({
            name: words(outcome),
            value: person.outcomes[outcome],
            shown: count(person.outcomes[outcome]),
            to: find({ outcome }),
            tone: OUTCOME_TONES[outcome],
          }))}
          empty="No conversation has ended yet."
        />
      </Panel>
      <Panel title="Sentiment" aside={<span class="note">of {counted(all, "message")}</span>}>
        <Parts
          parts={LABELS.map((label) => ({
            name: label,
            value: person.sentimentDistribution[label],
            shown: count(person.sentimentDistribution[label]),
            detail: percent(share(person.sentimentDistribution[label], all)),
            to: find({ messageLabel: label }),
            tone: label.includes("Positive") ? "good" : label === "Neutral" ? "calm" : "bad",
          }))}
          empty="No message is analysed yet."
        />
        <p class="note">
          Feedback: <Go to={find({ feedback: "positive" })}>{counted(person.feedback.positive, "thumb up", "thumbs up")}</Go>,{" "}
          <Go to={find({ feedback: "negative" })}>{counted(person.feedback.negative, "thumb down", "thumbs down")}</Go>.
        </p>
      </Panel>
      <Panel title="Flags" aside={<span class="note">conversations</span>}>
        <Parts
          parts={person.flags.map((flag) => ({
            name: words(flag.flag),
            value: flag.conversations,
            shown: count(flag.conversations),
            to: find({ flag: flag.flag }),
            tone: flag.flag === "buying_signal" ? "good" : "warn",
          }))}
          empty="No flag was raised."
        />
      </Panel>
    </div>
  );
}

/** The mood from conversation to conversation, and the conversations. */
function Traced({ page, found }: { page: Page & { group: Group }; found: FoundPage }): JSX.Element | null {
  const rows = found.conversations;
  const list = new URLSearchParams({ [ONE[page.group]]: page.route.id }).toString();
  if (rows.length === 0) return null;
  const points = [...rows].reverse().map((row: Found) => ({
    label: row.startedAt ? localTime(row.startedAt).split(",")[0] ?? "" : "",
    name: `${row.startedAt ? localTime(row.startedAt) : ""} ${row.externalId ?? row.id.slice(0, 8)}`,
    value: row.avgSentiment,
    shown: signed(row.avgSentiment),
    to: page.link("conversations", row.id, { list }),
  }));
  return (
    <>
      {points.length > 1 && (
        <Panel>
          <Figure title="Mood over time" note={`the latest ${counted(points.length, "conversation")}, from −1 to +1`} points={points} unit="Mean sentiment" of="Conversation">
            <Line points={points} label={`Mean sentiment of the latest ${counted(points.length, "conversation")}.`} />
          </Figure>
        </Panel>
      )}
      <Panel title="Conversations" aside={<span class="note">{found.nextCursor ? `the latest ${rows.length}` : counted(rows.length, "conversation")}</span>}>
        <ul class="samples">
          {rows.map((row) => (
            <li key={row.id}>
              <Go to={page.link("conversations", row.id, { list })}>
                <bdi>{row.externalId ?? row.id.slice(0, 8)}</bdi>
              </Go>{" "}
              <Time iso={row.startedAt} /> <Mood score={row.avgSentiment} label={row.label} short /> <OutcomeTag outcome={row.outcome} />
            </li>
          ))}
        </ul>
      </Panel>
    </>
  );
}
