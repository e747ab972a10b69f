import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { call, withQuery } from "../api.ts";
import type { Page } from "../app.tsx";
import { useData, useEvery } from "../data.ts";
import { counted } from "../format.ts";
import { neighbours, pathOf } from "../list.ts";
import type { Neighbours } from "../list.ts";
import { go } from "../route.ts";
import type { Analysis, Message, Transcript as Told } from "../types.ts";
import { Go, Heading, pending, Tag, Time, Waiting } from "../ui.tsx";
import { Turn } from "./transcript/message.tsx";
import { Side } from "./transcript/side.tsx";

const PAGE = 200;
const MOST_AT_ONCE = 1000;
const MOST_TO_REACH = 20_000;
const WHEN_WAITING = 3;
const WHEN_RUNNING = 10;
const WHEN_QUIET = 60;
const RUNNING_FOR = 600_000;

export function Transcript(page: Page): JSX.Element {
  const id = page.route.id;
  const shown = Math.min(Number(page.route.query.get("shown")) || PAGE, MOST_AT_ONCE);
  const [further, setFurther] = useState<Part[]>([]);
  const told = useData<Told>(withQuery(`/api/v1/conversations/${encodeURIComponent(id)}`, { limit: shown }));
  const found = useData<Analysis>(withQuery(`/v1/insights/conversations/${encodeURIComponent(id)}/analysis`, { limit: shown }));
  const last = Date.parse(told.value?.last_message_at ?? "") || 0;
  // What was just asked for may be done before anybody reads that it waits; it is read once more after a while.
  const [until, setUntil] = useState(0);
  const waiting = Boolean(told.value?.analysis_pending || found.value?.analysisPending) || Date.now() < until;
  const running = Date.now() - last < RUNNING_FOR;
  useEvery(waiting ? WHEN_WAITING : running ? WHEN_RUNNING : WHEN_QUIET, () => {
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
  const more = async (far = false) => {
    if (shown < MOST_AT_ONCE) return page.set({ shown: String(far ? MOST_AT_ONCE : shown + PAGE) });
    // What one request can read is on the page; the rest comes part by part, and is not asked for again.
    setFurther([...further, await partAfter(id, further[further.length - 1] ?? { told: told.value, analysis: found.value })]);
  };
  const begun: Part = { told: told.value, analysis: found.value };
  const whole = async () => {
    const parts = [begun, ...further];
    for (let last = parts[parts.length - 1]; last?.told?.nextCursor; last = parts[parts.length - 1]) parts.push(await partAfter(id, last));
    return ofParts(parts);
  };
  const again = () => {
    setUntil(Date.now() + WHEN_WAITING * 1000);
    told.reload();
    found.reload();
  };
  const { told: all, analysis } = ofParts([begun, ...further]);
  return all ? <Shown page={page} told={all} analysis={analysis} waiting={waiting} more={more} whole={whole} again={again} /> : <Waiting />;
}

/** A part of a conversation, and what was found in it. */
interface Part {
  told: Told | undefined;
  analysis: Analysis | undefined;
}

async function partAfter(id: string, after: Part): Promise<Part> {
  const part = <T,>(path: string, cursor: string | undefined) => call<T>(withQuery(path, { limit: MOST_AT_ONCE, cursor }));
  const [told, analysis] = await Promise.all([
    part<Told>(`/api/v1/conversations/${encodeURIComponent(id)}`, after.told?.nextCursor),
    part<Analysis>(`/v1/insights/conversations/${encodeURIComponent(id)}/analysis`, after.analysis?.nextCursor),
  ]);
  return { told, analysis };
}

/** Parts as one. */
function ofParts([begun, ...further]: Part[]): Part {
  return {
    told: begun?.told && joined(begun.told, further.flatMap((part) => part.told ?? [])),
    analysis: judgedBy(begun?.analysis, further.flatMap((part) => part.analysis ?? [])),
  };
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

interface ShownProps {
  page: Page;
  told: Told;
  analysis: Analysis | undefined;
  waiting: boolean;
  /** Reads the next messages; as many as one request can read, if far. */
  more: (far?: boolean) => Promise<void>;
  /** Reads the rest. */
  whole: () => Promise<Part>;
  /** Reads the same again. */
  again: () => void;
}

function Shown({ page, told, analysis, waiting, more, whole, again }: ShownProps): JSX.Element {
  const list = useRef<HTMLOListElement>(null);
  const results = new Map(analysis?.messages.map((each) => [each.id, each]));
  const bad = analysis?.firstBadTurn?.id;
  const asked = page.route.query.get("message");
  const chosen = asked === null ? undefined : told.messages.find((each) => each.id === asked || each.external_message_id === asked)?.id;
  const read = told.messages.length;
  useEffect(() => {
    if (chosen) document.getElementById(`m-${chosen}`)?.scrollIntoView({ block: "center" });
    // A message that is linked to is read for, however far into the conversation it is.
    else if (asked !== null && told.nextCursor && read < MOST_TO_REACH) void more(true);
  }, [chosen, asked, read]);
  const { before, after } = useNeighbours(page);
  const step = (by: 1 | -1) => {
    const all = [...(list.current?.querySelectorAll<HTMLElement>(".message") ?? [])];
    const now = all.findIndex((each) => each.contains(document.activeElement));
    const next = all[now + by];
    // Beyond the last message comes the next conversation of the list, and before the first one the one before.
    const beyond = by > 0 ? after : before;
    if (!next && beyond) return go(beyond);
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };
  const jump = () => {
    const turn = bad && document.getElementById(`m-${bad}`);
    if (!turn) return bad && page.set({ message: bad });
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
          {before && <Go to={before}>Previous</Go>}
          {after && <Go to={after}>Next</Go>}
          <Go to={page.link("conversations", "", Object.fromEntries(listed(page)))}>All conversations</Go>
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
            {waiting && " · the analysis is under way"}
            {told.analysis_failed && ` · the analysis failed: ${told.analysis_failed}`}. Keys: j and k go from
            message to message{(before || after) && ", and on to the conversations next to this one in its list"}, b to the first bad turn.
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
                <Turn key={entry.id} page={page} message={entry} result={results.get(entry.id)?.result ?? null} feedback={results.get(entry.id)?.feedback} corrections={results.get(entry.id)?.corrections} changed={again} bad={entry.id === bad} open={entry.id === chosen} />
              ),
            )}
          </ol>
          {told.nextCursor && (
            <button type="button" class="more" onClick={() => void more()}>
              Show more messages
            </button>
          )}
        </div>
        <Side page={page} told={told} analysis={analysis} waiting={waiting} whole={whole} again={again} />
      </div>
    </article>
  );
}

function timeline(told: Told): (Message | Told["events"][number])[] {
  return [...told.messages, ...told.events].sort((a, b) => (a.created_at < b.created_at ? -1 : a.created_at > b.created_at ? 1 : 0));
}

/** The parameters of the list that one came from; none without one. */
function listed(page: Page): URLSearchParams {
  const list = page.route.query.get("list");
  return new URLSearchParams(list === null || list === "all" ? "" : list);
}

/** The addresses of the conversations next to this one in the list that one came from. */
function useNeighbours(page: Page): Neighbours {
  const [found, set] = useState<Neighbours>({});
  const { id, query } = page.route;
  const list = query.get("list");
  useEffect(() => {
    let gone = false;
    if (list === null) return undefined;
    neighbours(pathOf(page.chatbot.id, listed(page)), id).then(
      (each) => gone || set(each),
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [page.chatbot.id, id, list]);
  const to = (other: string | undefined) => (other === undefined ? undefined : page.link("conversations", other, { list: list ?? undefined }));
  const [before, after] = [to(found.before), to(found.after)];
  return { ...(before ? { before } : {}), ...(after ? { after } : {}) };
}
