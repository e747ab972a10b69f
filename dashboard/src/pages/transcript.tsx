import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { call, withQuery } from "../api.ts";
import type { Page } from "../app.tsx";
import { useData, useEvery } from "../data.ts";
import { pieces } from "../evidence.ts";
import { save } from "../files.ts";
import { counted, utcTime, words } from "../format.ts";
import { go } from "../route.ts";
import type { Analysis, Attachment, Judge, Message, Result, Tool, Transcript as Told } from "../types.ts";
import { Confirm, Copyable, Go, Heading, Mood, OutcomeTag, Panel, pending, Tag, Time } from "../ui.tsx";

const PAGE = 200;
const MOST_AT_ONCE = 1000;
const SHOWN = 10_000;
const MORE = 40_000;
const WHEN_WAITING = 3;
const WHEN_RUNNING = 10;
const RUNNING_FOR = 600_000;
const FINE = new Set(["helpful", "other"]);

export function Transcript(page: Page): JSX.Element {
  const id = page.route.id;
  const shown = Math.min(Number(page.route.query.get("shown")) || PAGE, MOST_AT_ONCE);
  const [further, setFurther] = useState<{ told: Told; analysis: Analysis }[]>([]);
  const told = useData<Told>(withQuery(`/api/v1/conversations/${encodeURIComponent(id)}`, { limit: shown }));
  const found = useData<Analysis>(withQuery(`/v1/insights/conversations/${encodeURIComponent(id)}/analysis`, { limit: shown }));
  const last = Date.parse(told.value?.last_message_at ?? "") || 0;
  const waiting = told.value?.analysis_pending || found.value?.analysisPending;
  const running = Date.now() - last < RUNNING_FOR;
  useEvery(waiting ? WHEN_WAITING : running ? WHEN_RUNNING : null, () => {
    told.reload();
    found.reload();
  });
  if (!told.value) {
    if (told.error?.status === 404) {
      return (
        <>
          <Heading title="Not found">There is no such conversation</Heading>
          <p>It may have been erased, or your key does not reach it.</p>
          <p>
            <Go to={page.link("conversations")}>All conversations</Go>
          </p>
        </>
      );
    }
    return (
      <>
        <Heading title="Conversation">Conversation</Heading>
        {pending(told)}
      </>
    );
  }
  const more = async () => {
    if (shown < MOST_AT_ONCE) return page.set({ shown: String(shown + PAGE) });
    // What one request can read is on the page; the rest comes part by part, and is not asked for again.
    const after = further[further.length - 1] ?? { told: told.value, analysis: found.value };
    const part = <T,>(path: string, cursor: string | undefined) => call<T>(withQuery(path, { limit: MOST_AT_ONCE, cursor }));
    const [next, judged] = await Promise.all([
      part<Told>(`/api/v1/conversations/${encodeURIComponent(id)}`, after.told?.nextCursor),
      part<Analysis>(`/v1/insights/conversations/${encodeURIComponent(id)}/analysis`, after.analysis?.nextCursor),
    ]);
    setFurther([...further, { told: next, analysis: judged }]);
  };
  return <Shown page={page} told={joined(told.value, further.map((part) => part.told))} analysis={judgedBy(found.value, further.map((part) => part.analysis))} more={more} />;
}

/** A conversation with its further messages and events. */
function joined(told: Told, further: Told[]): Told {
  const last = further[further.length - 1];
  if (!last) return told;
  const { nextCursor: _, ...whole } = told;
  const parts = [told, ...further];
  return {
    ...whole,
    messages: parts.flatMap((part) => part.messages),
    events: parts.flatMap((part) => part.events),
    ...(last.nextCursor ? { nextCursor: last.nextCursor } : {}),
  };
}

function judgedBy(analysis: Analysis | undefined, further: Analysis[]): Analysis | undefined {
  return analysis && { ...analysis, messages: [analysis, ...further].flatMap((part) => part.messages) };
}

function Shown({ page, told, analysis, more }: { page: Page; told: Told; analysis: Analysis | undefined; more: () => Promise<void> }): JSX.Element {
  const list = useRef<HTMLOListElement>(null);
  const results = new Map(analysis?.messages.map((each) => [each.id, each]));
  const bad = analysis?.firstBadTurn?.id;
  const chosen = page.route.query.get("message");
  useEffect(() => {
    if (chosen) document.getElementById(`m-${chosen}`)?.scrollIntoView({ block: "center" });
  }, [chosen]);
  const step = (by: number) => {
    const all = [...(list.current?.querySelectorAll<HTMLElement>(".message") ?? [])];
    const now = all.findIndex((each) => each.contains(document.activeElement));
    const next = all[Math.min(Math.max(now < 0 ? (by > 0 ? 0 : all.length - 1) : now + by, 0), all.length - 1)];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };
  const jump = () => {
    const turn = bad && document.getElementById(`m-${bad}`);
    if (!turn) return;
    turn.focus({ preventScroll: true });
    turn.scrollIntoView({ block: "center" });
  };
  const title = told.external_conversation_id ?? told.id.slice(0, 8);
  return (
    <article
      class="transcript"
      onKeyDown={(event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || (event.target as HTMLElement).closest("input, textarea, select, dialog")) return;
        if (event.key === "j") step(1);
        else if (event.key === "k") step(-1);
        else if (event.key === "b") jump();
      }}
    >
      <div class="page-head">
        <Heading title={`Conversation ${title}`}>
          Conversation <bdi>{title}</bdi>
        </Heading>
        <span class="row">
          <Go to={page.link("conversations")}>All conversations</Go>
          {bad && (
            <button type="button" onClick={jump}>
              Go to the first bad turn
            </button>
          )}
        </span>
      </div>
      <div class="with-side">
        <div class="turns">
          <p class="note">
            {counted(told.message_count, "message")}
            {told.analysis_pending && " · the analysis is under way"}
            {told.analysis_failed && ` · the analysis failed: ${told.analysis_failed}`}. Keys: j and k go from message to message, b to the first bad turn.
          </p>
          <ol ref={list} class="messages">
            {timeline(told).map((entry) =>
              "event" in entry ? (
                <li key={`e-${entry.id}`} class="event">
                  <Tag>
                    <bdi>{entry.event}</bdi>
                  </Tag>{" "}
                  <Time iso={entry.created_at} seconds />
                </li>
              ) : (
                <Turn key={entry.id} page={page} message={entry} result={results.get(entry.id)?.result ?? null} feedback={results.get(entry.id)?.feedback} bad={entry.id === bad} open={entry.id === chosen} />
              ),
            )}
          </ol>
          {told.nextCursor && (
            <button type="button" class="more" onClick={() => void more()}>
              Show more messages
            </button>
          )}
        </div>
        <Side page={page} told={told} analysis={analysis} />
      </div>
    </article>
  );
}

function timeline(told: Told): (Message | Told["events"][number])[] {
  return [...told.messages, ...told.events].sort((a, b) => (a.created_at < b.created_at ? -1 : a.created_at > b.created_at ? 1 : 0));
}

interface TurnProps {
  page: Page;
  message: Message;
  result: Result | null;
  feedback: { positive: number; negative: number } | undefined;
  bad: boolean;
  open: boolean;
}

function Turn({ page, message, result, feedback, bad, open }: TurnProps): JSX.Element {
  const [why, setWhy] = useState(open);
  const user = message.role === "user";
  return (
    <li id={`m-${message.id}`} class={`message ${user ? "user" : "other"} ${bad ? "first-bad" : ""}`} tabIndex={-1}>
      <div class="message-head">
        <b>{words(message.agent ? "agent" : message.role)}</b> <Time iso={message.created_at} seconds />
        {bad && <Tag tone="bad">First bad turn</Tag>}
        {!!feedback?.positive && <Tag tone="good">{counted(feedback.positive, "thumb up", "thumbs up")}</Tag>}
        {!!feedback?.negative && <Tag tone="bad">{counted(feedback.negative, "thumb down", "thumbs down")}</Tag>}
        <button
          type="button"
          class="quiet link"
          onClick={() => {
            const query = Object.fromEntries(page.route.query);
            void navigator.clipboard.writeText(location.origin + page.link("conversations", page.route.id, { ...query, message: message.id }));
          }}
        >
          Copy link<span class="hidden"> to this message</span>
        </button>
      </div>
      {message.content !== null && <Content text={message.content} judged={why ? (result?.sentiments ?? []) : []} />}
      {message.reasoning && (
        <details>
          <summary>Reasoning</summary>
          <Content text={message.reasoning} judged={[]} />
        </details>
      )}
      {message.tools?.map((tool, index) => <ToolCall key={index} tool={tool} />)}
      {message.attachments && message.attachments.length > 0 && (
        <ul class="attachments">
          {message.attachments.map((attachment, index) => (
            <li key={index}>
              <Media media={attachment} />
            </li>
          ))}
        </ul>
      )}
      {result && <Found result={result} why={why} toggle={() => setWhy(!why)} />}
    </li>
  );
}

/** A text as it was sent, never as markup; of a very long one the beginning. */
function Content({ text, judged }: { text: string; judged: { score: number; textChunk: string; reasoning: string }[] }): JSX.Element {
  const [length, set] = useState(SHOWN);
  const shown = text.slice(0, length);
  return (
    <div class="content" dir="auto">
      {judged.length === 0
        ? shown
        : pieces(shown, judged).map((piece, index) => (piece.tone ? <mark key={index} class={piece.tone}>{piece.text}</mark> : piece.text))}
      {shown.length < text.length && (
        <p dir="ltr">
          <button type="button" onClick={() => set(length + MORE)}>
            Show more of {counted(text.length, "character")}
          </button>
        </p>
      )}
    </div>
  );
}

function Found({ result, why, toggle }: { result: Result; why: boolean; toggle: () => void }): JSX.Element {
  const mood = result.score !== null && result.score !== undefined && result.label ? { score: result.score, label: result.label } : null;
  const behaviour = result.behaviour && !FINE.has(result.behaviour) ? result.behaviour : null;
  return (
    <>
      <div class="found">
        {mood && <Mood score={mood.score} label={mood.label} />}
        {result.intent && <Tag tone="accent">{words(result.intent)}</Tag>}
        {result.topics?.map((topic) => <Tag key={topic.id}>{topic.name}</Tag>)}
        {result.flags?.map((flag) => (
          <Tag key={flag} tone={flag === "buying_signal" ? "good" : "warn"}>
            {words(flag)}
          </Tag>
        ))}
        {result.outcome && result.outcome !== "other" && <Tag tone={result.outcome.endsWith("resolved") ? "good" : "bad"}>{words(result.outcome)}</Tag>}
        {behaviour && <Tag tone="bad">{words(behaviour)}</Tag>}
        <button type="button" class="quiet" aria-expanded={why} onClick={toggle}>
          {why ? "Hide why" : "Why?"}
        </button>
      </div>
      {why && (
        <div class="why">
          {result.sentiments?.map((each, index) => (
            <p key={index}>
              <Mood score={each.score} label={labelled(each.score)} short /> <q dir="auto">{each.textChunk}</q>
              <br />
              <span class="note">{each.reasoning}</span>
            </p>
          ))}
          {!result.sentiments?.length && result.reasoning && <p>{result.reasoning}</p>}
          {(result.behaviour || result.outcome) && (
            <p>
              Outcome of the answer: {result.outcome ? words(result.outcome) : "none"}. Behaviour: {result.behaviour ? words(result.behaviour) : "none"}.
            </p>
          )}
          <p class="note">
            Judged by <JudgedBy judge={result} />
            {result.language && `, language ${result.language}`}.
          </p>
        </div>
      )}
    </>
  );
}

function labelled(score: number): NonNullable<Result["label"]> {
  if (score >= 0.2) return score >= 0.6 ? "Very Positive" : "Positive";
  if (score > -0.2) return "Neutral";
  return score > -0.6 ? "Negative" : "Very Negative";
}

function JudgedBy({ judge }: { judge: Judge }): JSX.Element {
  return (
    <>
      {judge.provider ?? "nobody yet"}
      {judge.model && `, ${judge.model}`}
      {judge.version && `, version ${judge.version}`}
      {judge.note && ` (${judge.note})`}
    </>
  );
}

function ToolCall({ tool }: { tool: Tool }): JSX.Element {
  return (
    <details>
      <summary>
        Tool <bdi>{tool.name ?? tool.id ?? ""}</bdi> {tool.error && <Tag tone="bad">Failed</Tag>}
      </summary>
      {tool.input !== undefined && <Copyable text={readable(tool.input)} label="Input of the tool" />}
      {tool.output !== undefined && <Copyable text={readable(tool.output)} label="Output of the tool" />}
    </details>
  );
}

function readable(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

/** A picture, a sound, a file by its name. It is never loaded; only a web address becomes a link. */
function Media({ media }: { media: Attachment }): JSX.Element {
  const name = media.name ?? media.url ?? media.id ?? media.digest ?? "";
  const place = media.latitude !== undefined && media.longitude !== undefined ? `${media.latitude}, ${media.longitude}` : "";
  return (
    <>
      <Tag>{words(media.type)}</Tag>{" "}
      {media.url && /^https?:\/\//i.test(media.url) ? (
        <a href={media.url} target="_blank" rel="noopener noreferrer">
          <bdi>{name.slice(0, 200)}</bdi>
        </a>
      ) : (
        <bdi>{name.slice(0, 200)}</bdi>
      )}{" "}
      <span class="note">{[media.mimeType, place].filter(Boolean).join(" ")}</span>
    </>
  );
}

function Side({ page, told, analysis }: { page: Page; told: Told; analysis: Analysis | undefined }): JSX.Element {
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
                ["Judged by", <JudgedBy judge={analysis} />],
              ]}
            />
          </>
        ) : (
          <p class="note">No analysis yet.</p>
        )}
      </Panel>
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
      <Panel title="Actions">
        <div class="row">
          <button type="button" onClick={() => void navigator.clipboard.writeText(location.href)}>
            Copy link
          </button>
          <button type="button" onClick={() => save(`${told.id}.json`, JSON.stringify({ conversation: told, analysis }, null, 2))}>
            Export JSON
          </button>
          <button type="button" onClick={() => save(`${told.id}.md`, markdown(told))}>
            Export Markdown
          </button>
          {page.session.administers && (
            <Confirm
              ask="Erase this conversation, with its messages, results, feedback and events? Nothing brings it back."
              action="Erase it"
              run={async () => {
                await call(`/conversations/${encodeURIComponent(told.id)}`, { method: "DELETE" });
                go(page.link("conversations"));
              }}
            >
              Erase
            </Confirm>
          )}
        </div>
      </Panel>
    </aside>
  );
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
