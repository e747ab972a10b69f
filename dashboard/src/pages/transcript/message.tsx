import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Page } from "../../app.tsx";
import { pieces } from "../../evidence.ts";
import { counted, words } from "../../format.ts";
import type { Attachment, Correction, Message, Result, Tool } from "../../types.ts";
import { Copyable, Mood, Tag, Time } from "../../ui.tsx";
import { Correct, Corrections, findingsOf } from "./correct.tsx";
import { JudgedBy } from "./judged.tsx";

const SHOWN = 10_000;
const MORE = 40_000;
const FINE = new Set(["helpful", "asking", "acknowledged", "other"]);

interface TurnProps {
  page: Page;
  message: Message;
  result: Result | null;
  feedback: { positive: number; negative: number } | undefined;
  corrections: Correction[] | undefined;
  bad: boolean;
  open: boolean;
  changed: () => void;
}

export function Turn({ page, message, result, feedback, corrections, bad, open, changed }: TurnProps): JSX.Element {
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
      {result && <Found result={result} corrections={corrections} why={why} toggle={() => setWhy(!why)} />}
      {result && why && <Correct page={page} messageId={message.id} findings={findingsOf(message.role, result)} corrections={corrections ?? []} changed={changed} />}
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

function Found({ result, corrections, why, toggle }: { result: Result; corrections: Correction[] | undefined; why: boolean; toggle: () => void }): JSX.Element {
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
        {result.outcome && result.outcome !== "other" && <Tag tone={result.outcome === "pending" ? "calm" : result.outcome.endsWith("resolved") ? "good" : "bad"}>{words(result.outcome)}</Tag>}
        {behaviour && <Tag tone="bad">{words(behaviour)}</Tag>}
        <Corrections corrections={corrections} />
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
