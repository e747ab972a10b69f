import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../../api.ts";
import type { Page } from "../../app.tsx";
import { save } from "../../files.ts";
import { counted, utcTime, words } from "../../format.ts";
import { go } from "../../route.ts";
import type { Analysis, Transcript as Told } from "../../types.ts";
import { Confirm, Go, Mood, OutcomeTag, Panel, Time } from "../../ui.tsx";
import { Correct, Corrections, findingsOfAll } from "./correct.tsx";
import { JudgedBy } from "./judged.tsx";
import { Scores } from "./scores.tsx";

interface SideProps {
  page: Page;
  told: Told;
  analysis: Analysis | undefined;
  waiting: boolean;
  whole: () => Promise<{ told: Told | undefined; analysis: Analysis | undefined }>;
  again: () => void;
}

export function Side({ page, told, analysis, waiting, whole, again }: SideProps): JSX.Element {
  const user = String(told.user.id ?? told.external_user_id ?? "");
  const organization = String(told.organization.id ?? "");
  return (
    <aside class="side" aria-label="About this conversation">
      <Panel title="What happened">
        {analysis ? (
          <>
            <p>{analysis.summary || "Nothing is summed up yet."}</p>
            <Facts
              facts={[
                ["Outcome", <OutcomeTag outcome={analysis.outcome} />],
                ["Sentiment", <Mood score={analysis.avgSentiment} label={analysis.label} />],
                ["Trend", analysis.trend && words(analysis.trend)],
                ["Topics", analysis.topics.length > 0 && analysis.topics.map((topic) => <Go key={topic.id} to={page.link("conversations", "", { topic: topic.id })} class="tag">{topic.name}</Go>)],
                ["Flags", analysis.flags.length > 0 && analysis.flags.map((flag) => <Go key={flag} to={page.link("conversations", "", { flag })} class="tag warn">{words(flag)}</Go>)],
                ["Feedback", feedback(analysis)],
                ["Events", told.events.length > 0 && counted(told.events.length, "event")],
                ["Judged by", <JudgedBy judge={analysis} />],
                ["Corrected", !!analysis.corrections?.length && <Corrections corrections={analysis.corrections} />],
              ]}
            />
            <Correct page={page} findings={findingsOfAll(analysis)} corrections={analysis.corrections ?? []} changed={again} />
          </>
        ) : (
          <p class="note">No analysis yet.</p>
        )}
      </Panel>
      <Scores page={page} />
      <Actions page={page} told={told} waiting={waiting} whole={whole} again={again} />
      <Panel title="Who and where">
        <Facts
          facts={[
            ["User", user && <Go to={page.link("users", user)}>{String(told.user.name ?? user)}</Go>],
            ...fields(told.user, ["id", "name"]),
            ["Organization", organization && <Go to={page.link("organizations", organization)}>{String(told.organization.name ?? organization)}</Go>],
            ...fields(told.organization, ["id", "name"], "Organization: "),
            ...fields(told.session, []),
            ...fields(told.custom, []),
          ]}
        />
      </Panel>
      <Panel title="Times and ids">
        <Facts
          facts={[
            ["Began", <Both iso={told.first_message_at} />],
            ["Last message", <Both iso={told.last_message_at} />],
            ["Your id", told.external_conversation_id],
            ["Confab's id", told.id],
            ["Kind", told.kind === "organic" ? null : words(told.kind)],
          ]}
        />
      </Panel>
    </aside>
  );
}

function Actions({ page, told, waiting, whole, again }: Omit<SideProps, "analysis">): JSX.Element {
  const [said, say] = useState("");
  const act = (doing: string, done: string, work: () => Promise<void>) => {
    say(doing);
    work().then(
      () => say(done),
      (error: unknown) => say(error instanceof Error ? error.message : "It did not work."),
    );
  };
  const id = encodeURIComponent(told.id);
  const exported = (ending: string, text: (all: { told: Told | undefined; analysis: Analysis | undefined }) => string) =>
    act("Collecting…", "Exported.", async () => save(`${told.id}.${ending}`, text(await whole())));
  return (
    <Panel title="Actions">
      <div class="row">
        <button type="button" onClick={() => act("", "Copied.", () => navigator.clipboard.writeText(location.href))}>
          Copy link
        </button>
        <button type="button" onClick={() => exported("json", ({ told: conversation, analysis }) => JSON.stringify({ conversation, analysis }, null, 2))}>
          Export JSON
        </button>
        <button type="button" onClick={() => exported("md", (all) => markdown(all.told ?? told))}>
          Export Markdown
        </button>
        {page.session.administers && (
          <>
            <button
              type="button"
              aria-disabled={waiting}
              onClick={() =>
                waiting ||
                act("", "", async () => {
                  await call(`/v1/insights/conversations/${id}/reanalyse`, { method: "POST" });
                  again();
                })
              }
            >
              {waiting ? "Waiting for its analysis…" : "Analyse again"}
            </button>
            <Confirm
              ask="Erase this conversation, with its messages, results, feedback and events? Nothing brings it back."
              action="Erase it"
              run={async () => {
                await call(`/conversations/${id}`, { method: "DELETE" });
                go(page.link("conversations"));
              }}
            >
              Erase
            </Confirm>
          </>
        )}
      </div>
      <p class="note" role="status">
        {said}
      </p>
    </Panel>
  );
}

/** How often which thumb was given, on the messages that are shown; nothing where none was. */
function feedback(analysis: Analysis): ComponentChildren {
  const sum = (kind: "positive" | "negative") => analysis.messages.reduce((all, message) => all + (message.feedback?.[kind] ?? 0), 0);
  const [up, down] = [sum("positive"), sum("negative")];
  return up + down > 0 && `${counted(up, "thumb up", "thumbs up")}, ${counted(down, "thumb down", "thumbs down")}`;
}

/** A time in the viewer's zone, and in UTC. */
function Both({ iso }: { iso: string | null }): JSX.Element {
  return (
    <>
      <Time iso={iso} seconds />
      {iso && <span class="note"> {utcTime(iso)}</span>}
    </>
  );
}

function fields(of: Record<string, string | number | boolean>, without: string[], prefix = ""): [string, ComponentChildren][] {
  return Object.entries(of)
    .filter(([name]) => !without.includes(name))
    .map(([name, value]) => [prefix + words(name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase()), <bdi>{String(value)}</bdi>]);
}

function Facts({ facts }: { facts: [string, ComponentChildren][] }): JSX.Element {
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value)
        .map(([name, value], index) => (
          <div key={index}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

function markdown(told: Told): string {
  const turns = told.messages.map((message) => `**${words(message.role)}** (${message.created_at})\n\n${(message.content ?? "").replace(/^/gm, "> ")}\n`);
  return `# Conversation ${told.external_conversation_id ?? told.id}\n\n${turns.join("\n")}`;
}
