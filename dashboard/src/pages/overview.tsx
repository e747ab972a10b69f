import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { withQuery } from "../api.ts";
import type { Page } from "../app.tsx";
import { Bars, Figure, Heatmap, Line, Parts, Spark } from "../charts.tsx";
import type { Point } from "../charts.tsx";
import { useData, useEvery } from "../data.ts";
import type { Loaded } from "../data.ts";
import { change, count, counted, daysBetween, LABELS, longDay, mondayOf, OUTCOMES, percent, share, shortDay, signed, words } from "../format.ts";
import { Table } from "../table.tsx";
import type { Flags, PeoplePage, PeriodOverview, PeriodSummary, Topic, Topics } from "../types.ts";
import { Choice, Go, Heading, NothingYet, OUTCOME_TONES, Panel, pending } from "../ui.tsx";

const PERIODS: [string, string][] = [
  ["1", "Today"],
  ["7", "Last 7 days"],
  ["30", "Last 30 days"],
  ["90", "Last 90 days"],
  ["182", "Last 182 days"],
];
const WHEN_WAITING = 3;
const WHEN_QUIET = 20;
const COUNTED_FIRST = 1000;
const IMPATIENT_FOR = 300_000;

/** The number of days that the address asks for. */
export function daysOf(page: Page): string {
  const asked = page.route.query.get("days") ?? "30";
  return PERIODS.some(([days]) => days === asked) ? asked : "30";
}

export function PeriodChoice({ page }: { page: Page }): JSX.Element {
  return <Choice label="Period" value={daysOf(page)} options={PERIODS} onChange={(days) => page.set({ days: days === "30" ? undefined : days })} />;
}

export function Overview(page: Page): JSX.Element {
  const days = daysOf(page);
  const chatbotId = page.chatbot.id;
  const figures = useData<PeriodOverview>(withQuery("/v1/insights/overview", { chatbotId, days }));
  const waiting = (figures.value?.waiting ?? 0) > 0;
  const since = useRef(Date.now());
  // What is expected soon is asked for often, but not for as long as nobody closes the page: each request counts.
  const soon = (waiting || figures.value?.current.conversations === 0) && Date.now() - since.current < IMPATIENT_FOR;
  useEvery(soon ? WHEN_WAITING : WHEN_QUIET, figures.reload);
  return (
    <>
      <div class="page-head">
        <Heading title="Overview">Overview</Heading>
        <PeriodChoice page={page} />
      </div>
      {figures.value ? <Figures page={page} days={days} figures={figures.value} /> : pending(figures)}
    </>
  );
}

function Figures({ page, days, figures }: { page: Page; days: string; figures: PeriodOverview }): JSX.Element {
  const { current, previous, waiting } = figures;
  const shown = current.conversations + previous.conversations + waiting > 0;
  // What else is shown follows the counts, so that the two never tell different stories for long.
  const version = `${current.conversations} ${current.messages}`;
  const chatbotId = page.chatbot.id;
  const weeks = Math.min(52, Math.ceil(Number(days) / 7));
  const flags = useData<Flags>(shown ? withQuery("/v1/insights/flags", { chatbotId, days }) : null, version);
  const topics = useData<Topics>(shown ? withQuery("/v1/insights/topics", { chatbotId, weeks, limit: 6 }) : null, version);
  // The users are counted one by one, so that comes last, and of very many the first come before all of them.
  const rest = flags.value !== undefined && topics.value !== undefined;
  const asked = { chatbotId, from: current.from, limit: 1 };
  const first = useData<PeoplePage>(rest ? withQuery("/v1/insights/users", { ...asked, countTo: COUNTED_FIRST }) : null, version);
  const whole = useData<PeoplePage>(first.value?.totalIsAtLeast ? withQuery("/v1/insights/users", asked) : null, version);
  const users = whole.value ?? first.value;
  if (!shown) return <NothingYet page={page} what="No conversation of this chatbot began in this period." />;
  return (
    <>
      <p class="coverage" role="status">
        {count(current.conversations - current.notAnalysed)} of {counted(current.conversations + waiting, "conversation")} analysed
        {current.notAnalysed > 0 && `; ${count(current.notAnalysed)} imported without analysis`}
        {waiting > 0 && `; ${count(waiting)} ${waiting === 1 ? "waits" : "wait"} for it`}.{" "}
        <span class="note">
          {longDay(current.from)} to {longDay(current.to)}, days in UTC, compared with the {days === "1" ? "day" : `${days} days`} before.
        </span>
      </p>
      <Tiles page={page} figures={figures} seen={users} />
      <OverTime page={page} figures={figures} />
      <div class="columns">
        <Ends page={page} current={current} />
        <FlagsPanel page={page} flags={flags} period={current} />
      </div>
      <div class="columns">
        <TopTopics page={page} weeks={weeks} topics={topics} />
        <Changes page={page} figures={figures} />
      </div>
      <When page={page} figures={figures} />
    </>
  );
}

function within(period: PeriodSummary): { from: string; to: string } {
  return { from: period.from, to: period.to };
}

function negative(of: PeriodSummary): { bad: number; all: number } {
  const counts = of.sentimentDistribution;
  return { bad: counts.Negative + counts["Very Negative"], all: LABELS.reduce((sum, label) => sum + counts[label], 0) };
}

function Tiles({ page, figures, seen }: { page: Page; figures: PeriodOverview; seen: PeoplePage | undefined }): JSX.Element {
  const { current, previous, waiting } = figures;
  const find = (filters: Record<string, string> = {}) => page.link("conversations", "", { ...within(current), ...filters });
  const now = negative(current);
  const then = negative(previous);
  const byDay = (value: (day: PeriodOverview["days"][number]) => number) => figures.days.map(value);
  return (
    <ul class="tiles">
      <Tile name="Conversations" value={count(current.conversations)} to={find()} change={change(current.conversations, previous.conversations)} spark={byDay((day) => day.conversations)} />
      <Users page={page} period={current} seen={seen} />
      <Tile
        name="Mean sentiment"
        value={signed(current.avgSentiment)}
        to={find()}
        change={points(current.avgSentiment, previous.avgSentiment, 1, "")}
        better="up"
        spark={byDay((day) => day.avgSentiment ?? 0)}
        detail={counted(now.all, "analysed message")}
      />
      <Tile
        name="Resolution rate"
        value={percent(current.resolutionRate)}
        to={find({ outcome: "resolved" })}
        change={points(current.resolutionRate, previous.resolutionRate, 100, " points")}
        better="up"
        detail={`${count(current.outcomes.resolved)} of ${count(current.conversations - current.outcomes.open)} ended`}
      />
      <Tile
        name="Negative share"
        value={percent(share(now.bad, now.all))}
        to={find({ messageLabel: "Negative,Very Negative" })}
        change={points(share(now.bad, now.all), share(then.bad, then.all), 100, " points")}
        better="down"
        detail={`${count(now.bad)} of ${counted(now.all, "message")}`}
      />
      <Tile name="Waiting" value={count(waiting)} to={page.link("conversations", "", { view: "latest" })} change={null} detail="for the first analysis" />
    </ul>
  );
}

/** The difference of two shares or scores, in points. */
function points(now: number | null, before: number | null, times: number, unit: string): ReturnType<typeof change> {
  if (now === null || before === null) return null;
  const difference = (now - before) * times;
  const text = times === 1 ? Math.abs(difference).toFixed(2) : String(Math.round(Math.abs(difference)));
  if (Number(text) === 0) return { text: "no change", direction: "same" };
  return { text: `${text}${unit}`, direction: difference > 0 ? "up" : "down" };
}

interface TileProps {
  name: string;
  value: string;
  to: string;
  change: ReturnType<typeof change>;
  better?: "up" | "down";
  spark?: number[];
  detail?: string;
}

function Tile({ name, value, to, change: changed, better, spark, detail }: TileProps): JSX.Element {
  const tone = !changed || changed.direction === "same" || !better ? "" : changed.direction === better ? "good" : "bad";
  const said = changed && changed.direction !== "same" ? `${changed.direction === "up" ? "up" : "down"} ${changed.text}` : changed?.text;
  return (
    <li class="tile">
      <Go to={to}>
        <span class="tile-name">{name}</span>
        <span class="tile-value">{value}</span>
        {spark && <Spark values={spark} />}
        <span class="tile-foot">
          {changed && (
            <span class={`delta ${tone}`}>
              <span aria-hidden="true">{changed.direction === "up" ? "▲ " : changed.direction === "down" ? "▼ " : ""}</span>
              <span class="hidden">{said}</span>
              <span aria-hidden="true">{changed.text}</span>
            </span>
          )}
          {detail && <span class="note">{detail}</span>}
        </span>
      </Go>
    </li>
  );
}

/** Distinct users: the named ones who were seen since the period began; it ends now, so they were seen in it. */
function Users({ page, period, seen }: { page: Page; period: PeriodSummary; seen: PeoplePage | undefined }): JSX.Element {
  return (
    <Tile
      name="Distinct users"
      value={seen === undefined ? "…" : `${count(seen.total ?? 0)}${seen.totalIsAtLeast ? "+" : ""}`}
      to={page.link("users", "", { from: period.from })}
      change={null}
      detail="named, and seen in this period"
    />
  );
}

function OverTime({ page, figures }: { page: Page; figures: PeriodOverview }): JSX.Element {
  const { current } = figures;
  const byDay = new Map(figures.days.map((day) => [day.date, day]));
  const all = daysBetween(current.from, current.to);
  const to = (date: string) => page.link("conversations", "", { from: date, to: date });
  const volume: Point[] = all.map((date) => {
    const value = byDay.get(date)?.conversations ?? 0;
    return { label: shortDay(date), name: longDay(date), value, shown: counted(value, "conversation"), to: to(date) };
  });
  const mood: Point[] = all.map((date) => {
    const value = byDay.get(date)?.avgSentiment ?? null;
    return { label: shortDay(date), name: longDay(date), value, shown: signed(value), to: to(date) };
  });
  const peak = volume.reduce((best, point) => ((point.value ?? 0) > (best.value ?? 0) ? point : best), volume[0] as Point);
  return (
    <div class="columns">
      <Panel>
        <Figure title="Conversations by day" note={counted(current.conversations, "conversation")} points={volume} unit="Conversations">
          <Bars points={volume} label={`Conversations by day: ${count(current.conversations)} in all, most on ${peak.name} with ${peak.shown}.`} />
        </Figure>
      </Panel>
      <Panel>
        <Figure title="Mean sentiment by day" note={`${signed(current.avgSentiment)} overall, from −1 to +1`} points={mood} unit="Mean sentiment">
          <Line points={mood} label={`Mean sentiment by day, ${signed(current.avgSentiment)} overall.`} />
        </Figure>
      </Panel>
    </div>
  );
}

function Ends({ page, current }: { page: Page; current: PeriodSummary }): JSX.Element {
  const parts = OUTCOMES.map((outcome) => ({
    name: words(outcome),
    value: current.outcomes[outcome],
    shown: count(current.outcomes[outcome]),
    detail: percent(share(current.outcomes[outcome], current.conversations)),
    to: page.link("conversations", "", { ...within(current), outcome }),
    tone: OUTCOME_TONES[outcome],
  }));
  return (
    <Panel title="Outcomes" aside={<span class="note">of {counted(current.conversations, "conversation")}</span>}>
      <Parts parts={parts} empty="No conversation has ended yet." />
    </Panel>
  );
}

function FlagsPanel({ page, flags, period }: { page: Page; flags: Loaded<Flags>; period: PeriodSummary }): JSX.Element {
  return (
    <Panel title="Flags" aside={<span class="note">conversations in which one was raised</span>}>
      {flags.value ? (
        <Parts
          parts={flags.value.flags.map((flag) => ({
            name: words(flag.flag),
            value: flag.conversations,
            shown: count(flag.conversations),
            detail: percent(flag.conversationRate),
            to: page.link("conversations", "", { ...within(period), flag: flag.flag }),
            tone: flag.flag === "buying_signal" ? "good" : "warn",
          }))}
          empty="No flag was raised in this period."
        />
      ) : (
        pending(flags)
      )}
    </Panel>
  );
}

function TopTopics({ page, weeks, topics }: { page: Page; weeks: number; topics: Loaded<Topics> }): JSX.Element {
  const since = topics.value?.weeks[0] && mondayOf(topics.value.weeks[0]);
  return (
    <Panel title="Topics by opportunity" aside={<Go to={page.link("topics", "", { weeks: String(weeks) })}>All topics</Go>}>
      {topics.value === undefined ? (
        pending(topics)
      ) : topics.value.topics.length === 0 ? (
        <p class="note">No topic was found yet.</p>
      ) : (
        <>
          <Table<Topic>
            title="Topics by opportunity: how many conversations better answers could win"
            rows={topics.value.topics}
            keyOf={(topic) => topic.id}
            inside
            columns={[
              { name: "topic", title: "Topic", cell: (topic) => <Go to={page.link("conversations", "", { topic: topic.id, from: since })}>{topic.name}</Go> },
              { name: "conversations", title: "Conversations", number: true, cell: (topic) => count(topic.conversations) },
              { name: "resolved", title: "Resolved", number: true, cell: (topic) => percent(topic.resolutionRate) },
              { name: "opportunity", title: "Opportunity", number: true, cell: (topic) => (topic.opportunity === null ? "–" : topic.opportunity.toFixed(1)) },
            ]}
          />
          <p class="note">Opportunity: conversations × the share of those that ended unresolved. {counted(weeks, "week")}.</p>
        </>
      )}
    </Panel>
  );
}

/** The largest differences from the period before, in words. */
function Changes({ page, figures }: { page: Page; figures: PeriodOverview }): JSX.Element {
  const { current, previous } = figures;
  const rows = [
    { name: "Conversations", now: current.conversations, before: previous.conversations, to: page.link("conversations", "", within(current)) },
    { name: "Messages", now: current.messages, before: previous.messages, to: page.link("conversations", "", within(current)) },
    ...OUTCOMES.map((outcome) => ({
      name: words(outcome),
      now: current.outcomes[outcome],
      before: previous.outcomes[outcome],
      to: page.link("conversations", "", { ...within(current), outcome }),
    })),
    ...LABELS.map((label) => ({
      name: `${label} messages`,
      now: current.sentimentDistribution[label],
      before: previous.sentimentDistribution[label],
      to: page.link("conversations", "", { ...within(current), messageLabel: label }),
    })),
    { name: "Thumbs down", now: current.feedback.negative, before: previous.feedback.negative, to: page.link("conversations", "", { ...within(current), feedback: "negative" }) },
    { name: "Thumbs up", now: current.feedback.positive, before: previous.feedback.positive, to: page.link("conversations", "", { ...within(current), feedback: "positive" }) },
  ];
  const differing = rows
    .filter((row) => row.now !== row.before)
    .sort((a, b) => Math.abs(b.now - b.before) / Math.sqrt(b.before + 1) - Math.abs(a.now - a.before) / Math.sqrt(a.before + 1))
    .slice(0, 6);
  return (
    <Panel title="What changed" aside={<span class="note">against the period before</span>}>
      {previous.conversations === 0 ? (
        <p class="note">The period before has no conversations to compare with.</p>
      ) : differing.length === 0 ? (
        <p class="note">Nothing changed.</p>
      ) : (
        <ul class="changes">
          {differing.map((row) => (
            <li key={row.name}>
              <Go to={row.to}>{row.name}</Go>
              <span>
                {count(row.before)} <span aria-hidden="true">→</span>
                <span class="hidden">to</span> <b>{count(row.now)}</b>
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

/** When conversations begin: by the hours of the days, which the statistics count in UTC. */
function When({ page, figures }: { page: Page; figures: PeriodOverview }): JSX.Element {
  const { current, days } = figures;
  const known = days.reduce((sum, day) => sum + day.hours.reduce((of, hour) => of + hour, 0), 0);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <Panel title="When conversations begin" aside={<span class="note">hours in {zone}</span>}>
      <Heatmap
        days={days}
        label="Conversations by weekday and hour"
        to={(hours) => page.link("conversations", "", { ...within(current), hours: hours.join(",") })}
      />
      <p class="note">
        {known === current.conversations
          ? `All ${counted(known, "conversation")} of the period.`
          : `${count(known)} of ${counted(current.conversations, "conversation")} of the period; the others were counted by an earlier version, without hours.`}{" "}
        {new Date().getTimezoneOffset() % 60 !== 0 && "An hour is one of UTC, shown where it begins."}
      </p>
    </Panel>
  );
}
