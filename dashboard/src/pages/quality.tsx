import type { JSX } from "preact";
import { withQuery } from "../api.ts";
import type { Page } from "../app.tsx";
import { Bars, Figure, Parts } from "../charts.tsx";
import { useData } from "../data.ts";
import { count, counted, daysBetween, longDay, percent, shortDay, words } from "../format.ts";
import type { Outcomes, ReplyFigures } from "../types.ts";
import { Choice, Heading, NothingYet, OUTCOME_TONES, Panel, pending } from "../ui.tsx";
import { AgreementOf } from "./agreement.tsx";
import { StillWaiting } from "./waiting.tsx";
import { daysOf, PeriodChoice } from "./overview.tsx";

const TO_MEND = new Set(["deflected", "capability_failure", "incorrect"]);
const NEITHER = new Set(["other", "pending", "asking", "acknowledged"]);

export function Quality(page: Page): JSX.Element {
  const days = daysOf(page);
  const outcomes = useData<Outcomes>(withQuery("/v1/insights/outcomes", { chatbotId: page.chatbot.id, days }));
  return (
    <>
      <div class="page-head">
        <Heading title="Quality">Quality</Heading>
        <PeriodChoice page={page} />
      </div>
      {outcomes.value === undefined ? pending(outcomes) : outcomes.value.conversations === 0 ? <NothingYet page={page} what="No conversation of this period is analysed yet." /> : <Figures page={page} figures={outcomes.value} />}
      <AgreementOf page={page} days={days} />
    </>
  );
}

interface Series {
  key: string;
  name: string;
  total: number;
  unit: string;
  filter: Record<string, string>;
  days: { date: string; value: number }[];
}

/** The answers that came to something, or were something, by day. */
function answers(filter: "reply" | "behaviour", word: string, of: ReplyFigures): Series {
  const days = of.overTime.map((day) => ({ date: day.date, value: day.messages }));
  return { key: `${filter}-${word}`, name: `Answers ${words(word).toLowerCase()}`, total: of.messages, unit: "answer", filter: { [filter]: word }, days };
}

function Figures({ page, figures }: { page: Page; figures: Outcomes }): JSX.Element {
  const period = { from: figures.from, to: figures.to };
  const { replies } = figures;
  const series: Series[] = [
    ...figures.outcomes.map((each) => ({ key: each.outcome as string, name: `Conversations ${each.outcome}`, total: each.conversations, unit: "conversation", filter: { outcome: each.outcome }, days: each.overTime.map((day) => ({ date: day.date, value: day.conversations })) })),
    ...replies.outcomes.map((each) => answers("reply", each.outcome, each)),
    ...replies.behaviours.map((each) => answers("behaviour", each.behaviour, each)),
  ];
  const asked = page.route.query.get("series") ?? "resolved";
  const chosen = series.find((each) => each.key === asked) ?? series[0];
  const values = new Map(chosen?.days.map((day) => [day.date, day.value]));
  const points = daysBetween(figures.from, figures.to).map((date) => ({
    label: shortDay(date),
    name: longDay(date),
    value: values.get(date) ?? 0,
    shown: counted(values.get(date) ?? 0, chosen?.unit ?? ""),
    to: page.link("conversations", "", { from: date, to: date, ...chosen?.filter }),
  }));
  return (
    <>
      <p class="coverage" role="status">
        {counted(figures.conversations, "conversation")} and {counted(replies.messages, "analysed answer")}
        <StillWaiting page={page} />.{" "}
        <span class="note">
          {longDay(figures.from)} to {longDay(figures.to)}, days in UTC. An answer counts on its own day, and opens the conversations that began in the period.
        </span>
      </p>
      <div class="columns three">
        <Panel title="How conversations end" aside={<span class="note">{percent(figures.resolutionRate)} of those that ended are resolved</span>}>
          <Parts
            parts={figures.outcomes.map((each) => ({
              name: words(each.outcome),
              value: each.conversations,
              shown: count(each.conversations),
              detail: percent(each.rate),
              to: page.link("conversations", "", { ...period, outcome: each.outcome }),
              tone: OUTCOME_TONES[each.outcome],
            }))}
            empty="None has ended yet."
          />
        </Panel>
        <Panel title="What answers come to" aside={<span class="note">{percent(replies.resolutionRate)} resolve fully or partly</span>}>
          <Parts
            parts={replies.outcomes.map((each) => ({
              name: words(each.outcome),
              value: each.messages,
              shown: count(each.messages),
              detail: percent(each.rate),
              to: page.link("conversations", "", { ...period, reply: each.outcome }),
              tone: TO_MEND.has(each.outcome) ? "bad" : NEITHER.has(each.outcome) ? "calm" : "good",
            }))}
            empty="No answer is analysed yet."
          />
        </Panel>
        <Panel title="How the assistant behaves" aside={<span class="note">of {counted(replies.messages, "answer")}</span>}>
          <Parts
            parts={replies.behaviours.map((each) => ({
              name: words(each.behaviour),
              value: each.messages,
              shown: count(each.messages),
              detail: percent(each.rate),
              to: page.link("conversations", "", { ...period, behaviour: each.behaviour }),
              tone: each.behaviour === "helpful" ? "good" : NEITHER.has(each.behaviour) ? "calm" : "bad",
            }))}
            empty="No answer is analysed yet."
          />
        </Panel>
      </div>
      <Panel>
        <Choice label="By day" value={chosen?.key ?? ""} options={series.map((each) => [each.key, `${each.name} (${count(each.total)})`])} onChange={(key) => page.set({ series: key === "resolved" ? undefined : key })} />
        <Figure title={chosen?.name ?? ""} note={counted(chosen?.total ?? 0, chosen?.unit ?? "")} points={points} unit={words(chosen?.unit ?? "") + "s"}>
          <Bars points={points} label={`${chosen?.name ?? ""} by day, ${counted(chosen?.total ?? 0, chosen?.unit ?? "")} in all.`} />
        </Figure>
      </Panel>
    </>
  );
}
