import type { JSX } from "preact";
import { withQuery } from "../api.ts";
import type { Page } from "../app.tsx";
import { Figure, Line, Parts } from "../charts.tsx";
import { useData, usePages } from "../data.ts";
import { count, counted, labelOf, LABELS, localTime, OUTCOMES, percent, share, signed, words } from "../format.ts";
import type { Found, FoundPage, PeoplePage, Person } from "../types.ts";
import { Failed, Go, Heading, Mood, NothingYet, OUTCOME_TONES, OutcomeTag, Panel, pending, Time, Waiting } from "../ui.tsx";

export type Group = "users" | "organizations";
const ONE = { users: "user", organizations: "organization" } as const;
const PAGE = 50;
const TRACED = 100;

export function People(page: Page & { group: Group }): JSX.Element {
  return page.route.id ? <One {...page} /> : <All {...page} />;
}

function All(page: Page & { group: Group }): JSX.Element {
  const { group } = page;
  const people = usePages<Person, PeoplePage>(withQuery(`/v1/insights/${group}`, { chatbotId: page.chatbot.id, limit: PAGE }), (answer) => answer[group] ?? []);
  return (
    <>
      <Heading title={words(group)}>{words(group)}</Heading>
      <p class="note" role="status">
        {people.loading && people.rows.length === 0 ? "Loading…" : `${counted(people.rows.length, ONE[group])}${people.more ? " so far" : ""}, the last seen first. Figures are of all time.`}
      </p>
      {people.error && <Failed error={people.error} retry={people.reload} />}
      {people.rows.length > 0 && (
        <div class="scroll panel flush" tabIndex={0} role="region" aria-label={words(group)}>
          <table class="rows">
            <caption class="hidden">{words(group)}, the last seen first</caption>
            <thead>
              <tr>
                <th scope="col">{words(ONE[group])}</th>
                <th scope="col">Plan</th>
                <th scope="col">Last seen</th>
                <th scope="col" class="number">Conversations</th>
                <th scope="col" class="number">Messages</th>
                <th scope="col">Sentiment</th>
                <th scope="col" class="number">Resolved</th>
                <th scope="col" class="number">Flags</th>
              </tr>
            </thead>
            <tbody>
              {people.rows.map((person) => (
                <tr key={person.id}>
                  <th scope="row">
                    <Go to={page.link(group, person.id)} class="open">
                      <bdi>{person.name ?? person.id}</bdi>
                    </Go>
                    {person.email && (
                      <span class="note">
                        {" "}
                        <bdi>{person.email}</bdi>
                      </span>
                    )}
                  </th>
                  <td>{person.plan ?? <span class="note">–</span>}</td>
                  <td>
                    <Time iso={person.lastSeenAt} />
                  </td>
                  <td class="number">{count(person.conversations)}</td>
                  <td class="number">{count(person.messages)}</td>
                  <td>
                    <Mood score={person.avgSentiment} label={person.avgSentiment === null ? null : labelOf(person.avgSentiment)} short />
                  </td>
                  <td class="number">{percent(person.resolutionRate)}</td>
                  <td class="number">{count(person.flags.reduce((sum, flag) => sum + flag.messages, 0))}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {!people.loading && people.rows.length === 0 && !people.error && (
        <NothingYet what={`No ${ONE[group]} is known yet: a message names one in \`${ONE[group]}\`.`} />
      )}
      {people.loading ? (
        <Waiting />
      ) : (
        people.more && (
          <button type="button" class="more" onClick={people.next}>
            Show more
          </button>
        )
      )}
    </>
  );
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
            tone: label.includes("Positive") ? "good" : label === "Neutral" ? "calm" : "bad",
          }))}
          empty="No message is analysed yet."
        />
        <p class="note">
          Feedback: {counted(person.feedback.positive, "thumb up", "thumbs up")}, {counted(person.feedback.negative, "thumb down", "thumbs down")}.
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
function Traced({ page, found }: { page: Page; found: FoundPage }): JSX.Element | null {
  const rows = found.conversations;
  if (rows.length === 0) return null;
  const points = [...rows].reverse().map((row: Found) => ({
    label: row.startedAt ? localTime(row.startedAt).split(",")[0] ?? "" : "",
    name: `${row.startedAt ? localTime(row.startedAt) : ""} ${row.externalId ?? row.id.slice(0, 8)}`,
    value: row.avgSentiment,
    shown: signed(row.avgSentiment),
    to: page.link("conversations", row.id),
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
              <Go to={page.link("conversations", row.id)}>
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
