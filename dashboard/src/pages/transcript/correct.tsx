import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../../api.ts";
import type { Page } from "../../app.tsx";
import { BEHAVIOURS, FLAGS, LABELS, OUTCOMES, REPLIES, words } from "../../format.ts";
import type { Analysis, Correction, Result } from "../../types.ts";
import { Choice, Tag } from "../../ui.tsx";

/** Something that the analysis says, and what a person may say instead. */
interface Finding {
  finding: string;
  title: string;
  judged: string;
  options: string[];
}

interface CorrectProps {
  page: Page;
  /** None for the conversation as a whole. */
  messageId?: string;
  findings: Finding[];
  corrections: Correction[];
  changed: () => void;
}

/** Lets a person say what the analysis should have said. Both are kept. */
export function Correct({ page, messageId, findings, corrections, changed }: CorrectProps): JSX.Element | null {
  const [said, say] = useState("");
  if (!page.session.administers || findings.length === 0) return null;
  const author = page.session.key.name;
  const own = (finding: string) => corrections.find((each) => each.finding === finding && each.author === author);
  const send = async ({ finding }: Finding, value: string) => {
    say("Saving…");
    try {
      const before = own(finding);
      if (value) {
        const flag = finding.startsWith("flag:");
        await call("/api/v1/scores", {
          method: "POST",
          body: { conversationId: page.route.id, messageId, finding, value: flag ? value === "raised" : value, author },
        });
      } else if (before) await call(`/api/v1/scores/${encodeURIComponent(before.id)}`, { method: "DELETE" });
      say("Saved.");
      changed();
    } catch (error) {
      say(error instanceof Error ? error.message : "It did not work.");
    }
  };
  return (
    <details class="correct">
      <summary>Correct{messageId ? <span class="hidden"> this message</span> : <span class="hidden"> the conversation</span>}</summary>
      <div class="row">
        {findings.map((each) => (
          <Choice
            key={each.finding}
            label={each.title}
            value={shown(own(each.finding)?.value)}
            options={[["", `As judged: ${words(each.judged)}`], ...each.options.map((word): [string, string] => [word, words(word)])]}
            onChange={(value) => void send(each, value)}
          />
        ))}
      </div>
      <p class="note" role="status">
        {said}
      </p>
    </details>
  );
}

/** What people said instead, each with who. */
export function Corrections({ corrections }: { corrections: Correction[] | undefined }): JSX.Element | null {
  if (!corrections?.length) return null;
  return (
    <>
      {corrections.map((each) => (
        <Tag key={each.id} tone="accent">
          <bdi>{each.author ?? "A person"}</bdi>: {words(each.finding.replace("flag:", ""))} {words(shown(each.value)).toLowerCase()}
        </Tag>
      ))}
    </>
  );
}

function shown(value: Correction["value"] | undefined): string {
  if (value === undefined) return "";
  return typeof value === "boolean" ? (value ? "raised" : "not raised") : String(value);
}

const NONE = "none";

function flags(raised: string[]): Finding[] {
  return FLAGS.map((flag) => ({ finding: `flag:${flag}`, title: words(flag), judged: raised.includes(flag) ? "raised" : "not raised", options: ["raised", "not raised"] }));
}

/** What of a message can be corrected. */
export function findingsOf(role: string, result: Result | null): Finding[] {
  if (result === null) return [];
  if (role === "assistant") {
    return [
      { finding: "outcome", title: "Outcome of the answer", judged: result.outcome ?? NONE, options: [...REPLIES, NONE] },
      { finding: "behaviour", title: "Behaviour", judged: result.behaviour ?? NONE, options: [...BEHAVIOURS, NONE] },
    ];
  }
  if (role !== "user") return [];
  return [{ finding: "label", title: "Sentiment", judged: result.label ?? NONE, options: [...LABELS, NONE] }, ...flags(result.flags ?? [])];
}

/** What of a conversation as a whole can be corrected. */
export function findingsOfAll(analysis: Analysis): Finding[] {
  return [
    { finding: "outcome", title: "Outcome", judged: analysis.outcome ?? NONE, options: [...OUTCOMES, NONE] },
    { finding: "label", title: "Sentiment", judged: analysis.label ?? NONE, options: [...LABELS, NONE] },
  ];
}
