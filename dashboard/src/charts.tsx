// Charts: SVG drawn for the width that there is, each with the same figures as a table.
import type { ComponentChildren, JSX, RefObject } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { go } from "./route.ts";
import { Table } from "./table.tsx";
import { Go } from "./ui.tsx";

const UNKNOWN_WIDTH = 640;
const LEFT = 40;
const BOTTOM = 22;
const TOP = 8;
const TICKS = 4;

export interface Point {
  label: string;
  name: string;
  value: number | null;
  shown: string;
  to?: string;
}

/** A chart with its title, and a switch to its table. */
export function Figure(props: { title: string; note?: ComponentChildren; points: Point[]; unit: string; of?: string; children: ComponentChildren }): JSX.Element {
  const [table, set] = useState(false);
  const id = useId();
  return (
    <figure class="figure" aria-labelledby={id}>
      <div class="figure-head">
        <figcaption id={id}>
          {props.title}
          {props.note && <span class="note"> {props.note}</span>}
        </figcaption>
        <button type="button" class="quiet" aria-pressed={table} onClick={() => set(!table)}>
          {table ? "Chart" : "Table"}
          <span class="hidden"> of {props.title}</span>
        </button>
      </div>
      {table ? <PointTable title={props.title} points={props.points} unit={props.unit} of={props.of ?? "Day (UTC)"} /> : props.children}
    </figure>
  );
}

function PointTable({ title, points, unit, of }: { title: string; points: Point[]; unit: string; of: string }): JSX.Element {
  return (
    <Table<Point>
      title={title}
      rows={points}
      keyOf={(point) => point.name}
      inside
      short
      columns={[
        { name: "of", title: of, cell: (point) => (point.to ? <Go to={point.to}>{point.name}</Go> : point.name) },
        { name: "value", title: unit, number: true, cell: (point) => point.shown },
      ]}
    />
  );
}

/** The width of an element, followed as it changes. */
export function useWidth(ref: RefObject<Element | null>): number {
  const [width, set] = useState(UNKNOWN_WIDTH);
  useEffect(() => {
    const element = ref.current;
    if (!element || typeof ResizeObserver === "undefined") return undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (entry && entry.contentRect.width > 0) set(Math.round(entry.contentRect.width));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return width;
}

/** The top of an axis and its step: 1, 2 or 5 times a power of ten. */
export function scale(most: number): { top: number; step: number } {
  const rough = Math.max(most, 1) / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((times) => times * power).find((each) => each >= rough) ?? rough);
  return { top: Math.ceil(Math.max(most, 1) / step) * step, step };
}

/** Which of some labels are written below an axis so that none covers another. */
function written(points: Point[], width: number): Set<number> {
  const every = Math.max(1, Math.ceil(points.length / Math.max(2, Math.floor(width / 84))));
  return new Set(points.map((_, index) => index).filter((index) => (points.length - 1 - index) % every === 0));
}

function Days({ points, width, height, at }: { points: Point[]; width: number; height: number; at: (index: number) => number }): JSX.Element {
  const shown = written(points, width);
  return (
    <g class="axis">
      {points.map((point, index) => {
        if (!shown.has(index)) return null;
        const x = Math.min(Math.max(at(index), LEFT + 14), width - 18);
        return (
          <text key={point.name} x={x} y={height - 6} text-anchor="middle">
            {point.label}
          </text>
        );
      })}
    </g>
  );
}

/** What is said of the point below the pointer, or of the last one. */
function Readout({ point }: { point: Point | undefined }): JSX.Element {
  return (
    <p class="readout" aria-hidden="true">
      {point ? (
        <>
          {point.name} <b>{point.shown}</b>
        </>
      ) : (
        " "
      )}
    </p>
  );
}

/** Counts by day as bars; each opens what it counts. */
export function Bars({ points, label, height = 180 }: { points: Point[]; label: string; height?: number }): JSX.Element {
  const ref = useRef<HTMLDivElement>(null);
  const width = useWidth(ref);
  const [over, set] = useState<number | null>(null);
  const { top, step } = scale(Math.max(...points.map((point) => point.value ?? 0), 0));
  const slot = (width - LEFT) / Math.max(points.length, 1);
  const y = (value: number) => TOP + (height - TOP - BOTTOM) * (1 - value / top);
  const ticks = Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step);
  return (
    <div ref={ref}>
      <svg class="chart" width={width} height={height} role="img" aria-label={label} onPointerLeave={() => set(null)}>
        <g class="grid">
          {ticks.map((tick) => (
            <g key={tick}>
              <line x1={LEFT} x2={width} y1={y(tick)} y2={y(tick)} />
              <text x={LEFT - 8} y={y(tick) + 4} text-anchor="end">
                {tick}
              </text>
            </g>
          ))}
        </g>
        {points.map((point, index) => (
          <g key={point.name} class={over === index ? "bar over" : "bar"} onPointerEnter={() => set(index)} onClick={() => point.to && go(point.to)}>
            <rect class="slot" x={LEFT + slot * index} y={TOP} width={slot} height={height - TOP - BOTTOM} />
            <rect
              class="value"
              x={LEFT + slot * index + Math.min(slot * 0.15, 6)}
              y={y(point.value ?? 0)}
              width={Math.max(slot - 2 * Math.min(slot * 0.15, 6), 1)}
              height={height - BOTTOM - y(point.value ?? 0)}
              rx={Math.min(3, slot / 4)}
            />
          </g>
        ))}
        <Days points={points} width={width} height={height} at={(index) => LEFT + slot * (index + 0.5)} />
      </svg>
      <Readout point={points[over ?? -1]} />
    </div>
  );
}

/** Sentiment by day as a line between -1 and +1; days without any are left out. */
export function Line({ points, label, height = 180 }: { points: Point[]; label: string; height?: number }): JSX.Element {
  const ref = useRef<HTMLDivElement>(null);
  const width = useWidth(ref);
  const [over, set] = useState<number | null>(null);
  const slot = (width - LEFT) / Math.max(points.length, 1);
  const x = (index: number) => LEFT + slot * (index + 0.5);
  const most = Math.max(0.5, ...points.map((point) => Math.abs(point.value ?? 0))) > 0.5 ? 1 : 0.5;
  const y = (value: number) => TOP + ((height - TOP - BOTTOM) * (most - value)) / (2 * most);
  const known = points.flatMap((point, index) => (point.value === null ? [] : [{ index, value: point.value }]));
  const path = known.map(({ index, value }, place) => `${place ? "L" : "M"}${x(index).toFixed(1)} ${y(value).toFixed(1)}`).join("");
  return (
    <div ref={ref}>
      <svg class="chart" width={width} height={height} role="img" aria-label={label} onPointerLeave={() => set(null)}>
        <g class="grid">
          {[most, 0, -most].map((tick) => (
            <g key={tick} class={tick === 0 ? "zero" : ""}>
              <line x1={LEFT} x2={width} y1={y(tick)} y2={y(tick)} />
              <text x={LEFT - 8} y={y(tick) + 4} text-anchor="end">
                {tick > 0 ? `+${tick}` : tick < 0 ? `−${-tick}` : "0"}
              </text>
            </g>
          ))}
        </g>
        <path class="line" d={path} />
        {points.map((point, index) => (
          <g key={point.name} class={over === index ? "dot over" : "dot"} onPointerEnter={() => set(index)} onClick={() => point.to && go(point.to)}>
            <rect class="slot" x={LEFT + slot * index} y={TOP} width={slot} height={height - TOP - BOTTOM} />
            {point.value !== null && <circle cx={x(index)} cy={y(point.value)} r={points.length > 60 ? 2 : 3.5} />}
          </g>
        ))}
        <Days points={points} width={width} height={height} at={x} />
      </svg>
      <Readout point={points[over ?? -1]} />
    </div>
  );
}

/** A line without axes, next to a figure that says the same. */
export function Spark({ values }: { values: number[] }): JSX.Element | null {
  if (values.length < 2) return null;
  const most = Math.max(...values);
  const least = Math.min(...values);
  const points = values.map((value, index) => {
    const x = 1 + (index * 78) / (values.length - 1);
    const y = most === least ? 12 : 22 - (20 * (value - least)) / (most - least);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return (
    <svg class="spark" viewBox="0 0 80 24" width="80" height="24" aria-hidden="true">
      <polyline points={points.join(" ")} />
    </svg>
  );
}

export interface Part {
  name: string;
  value: number;
  shown: string;
  detail?: string;
  to?: string;
  tone?: string;
}

/** Figures by name as bars that lie; a list that reads by itself. */
export function Parts({ parts, empty }: { parts: Part[]; empty: string }): JSX.Element {
  const most = Math.max(...parts.map((part) => part.value), 0);
  if (most === 0) return <p class="note">{empty}</p>;
  return (
    <ul class="parts">
      {parts.map((part) => (
        <li key={part.name}>
          <span class="part-name">{part.to ? <Go to={part.to}>{part.name}</Go> : part.name}</span>
          <span class={`part-bar ${part.tone ?? ""}`} aria-hidden="true">
            <span style={{ width: `${(100 * part.value) / most}%` }} />
          </span>
          <span class="part-value">
            {part.shown}
            {part.detail && <span class="note"> {part.detail}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}

const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

interface Cell {
  count: number;
  /** The hours of the UTC week that it stands for. */
  hours: Set<number>;
}

const STEPS: Record<string, [down: number, right: number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** What began in each hour of each weekday of the viewer's zone, from the hours of UTC days. */
export function hoursOfWeek(days: { date: string; hours: number[] }[]): Cell[][] {
  const cells = WEEKDAYS.map(() => Array.from({ length: 24 }, (): Cell => ({ count: 0, hours: new Set() })));
  for (const day of days) {
    day.hours.forEach((count, hour) => {
      const at = new Date(`${day.date}T${String(hour).padStart(2, "0")}:00:00Z`);
      const cell = cells[(at.getDay() + 6) % 7]?.[at.getHours()];
      if (!cell || count === 0) return;
      cell.count += count;
      cell.hours.add(((at.getUTCDay() + 6) % 7) * 24 + hour);
    });
  }
  return cells;
}

/** How many conversations began in each hour of each weekday: a table whose cells are shaded, and open what they count. */
export function Heatmap({ days, label, to }: { days: { date: string; hours: number[] }[]; label: string; to: (hours: number[]) => string }): JSX.Element {
  const table = useRef<HTMLTableElement>(null);
  const [at, set] = useState<string | null>(null);
  const cells = hoursOfWeek(days);
  const most = Math.max(...cells.flat().map((cell) => cell.count), 1);
  const first = cells.flatMap((row, day) => row.flatMap((cell, hour) => (cell.count ? [`${day}-${hour}`] : [])));
  const current = at !== null && first.includes(at) ? at : first[0];
  // One tab stop for all cells; the arrows go from one that counts something to the next.
  const move = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (!step || current === undefined) return;
    event.preventDefault();
    let [day = 0, hour = 0] = current.split("-").map(Number);
    do [day, hour] = [day + step[0], hour + step[1]];
    while (cells[day]?.[hour]?.count === 0);
    if (!cells[day]?.[hour]) return;
    set(`${day}-${hour}`);
    table.current?.querySelector<HTMLElement>(`[data-at="${day}-${hour}"]`)?.focus();
  };
  return (
    <div class="scroll" role="region" aria-label={label} tabIndex={first.length ? undefined : 0}>
      <table class="heatmap" ref={table} onKeyDown={move}>
        <caption class="hidden">{label}</caption>
        <thead>
          <tr>
            <td />
            {cells[0]?.map((_, hour) => (
              <th key={hour} scope="col">
                <span class={hour % 3 ? "hidden" : ""}>{String(hour).padStart(2, "0")}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {cells.map((row, day) => (
            <tr key={day}>
              <th scope="row" aria-label={WEEKDAYS[day]}>
                {WEEKDAYS[day]?.slice(0, 3)}
              </th>
              {row.map((cell, hour) => (
                <td key={hour} title={`${WEEKDAYS[day]} ${String(hour).padStart(2, "0")}:00: ${cell.count}`}>
                  <Hour cell={cell} name={`${WEEKDAYS[day]} ${hour}:00`} shade={cell.count === 0 ? 0 : Math.ceil((5 * cell.count) / most)} to={to} at={`${day}-${hour}`} current={current} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Hour(props: { cell: Cell; name: string; shade: number; to: (hours: number[]) => string; at: string; current: string | undefined }): JSX.Element {
  const { cell, shade } = props;
  if (cell.count === 0) {
    return (
      <span class="heat heat-0">
        <span class="hidden">0</span>
      </span>
    );
  }
  const to = props.to([...cell.hours].sort((a, b) => a - b));
  return (
    <Go to={to} class={`heat heat-${shade}`} label={`${cell.count}, ${props.name}`} at={props.at} tabIndex={props.at === props.current ? 0 : -1}>
      <span class="hidden">{cell.count}</span>
    </Go>
  );
}
