import type { JSX } from "preact";
import { withQuery } from "../../api.ts";
import type { Page } from "../../app.tsx";
import { useData } from "../../data.ts";
import { count, counted } from "../../format.ts";
import { LATEST } from "../../list.ts";
import type { AnalyzerChoice, ApiKey, FoundPage, PeriodOverview } from "../../types.ts";
import { Go, Panel, pending, Tag, Time, Waiting } from "../../ui.tsx";

const LOOKED_AT = 100;
const SOON = 14 * 86_400_000;

export function Health(page: Page): JSX.Element {
  const now = useData<PeriodOverview>(withQuery("/v1/insights/overview", { chatbotId: page.chatbot.id, days: 1 }));
  const spent = useData<AnalyzerChoice>(`/api/v1/chatbots/${page.chatbot.id}/analyzer`);
  const latest = useData<FoundPage>(withQuery("/v1/insights/conversations", { chatbotId: page.chatbot.id, limit: LOOKED_AT }));
  const keys = useData<ApiKey[]>("/api/v1/keys");
  if (!now.value) return pending(now) ?? <Waiting />;
  const { current, waiting } = now.value;
  const again = () => [now, spent, latest, keys].forEach((each) => each.reload());
  return (
    <div class="columns three">
      <Panel title="Today" aside={<button type="button" onClick={again}>Look again</button>}>
        <dl class="facts">
          <div>
            <dt>Conversations that began today (UTC) and are analysed</dt>
            <dd>
              <Go to={page.link("conversations", "", { from: current.from, to: current.to })}>{count(current.conversations)}</Go>
            </dd>
          </div>
          <div>
            <dt>Waiting for the first analysis</dt>
            <dd>
              <Go to={page.link("conversations", "", { view: LATEST })}>{count(waiting)}</Go> {waiting > 0 && <Tag tone="warn">Under way</Tag>}
            </dd>
          </div>
          <div>
            <dt>Spent on models</dt>
            <dd>${(spent.value?.today.spentUsd ?? 0).toFixed(4)}</dd>
          </div>
        </dl>
        <p class="note">
          Queues, alarms and the consistency of the table are the operator’s: <code>confab doctor</code> looks at them.
        </p>
      </Panel>
      <Panel title="Analyses that failed">{latest.value ? <Failures page={page} found={latest.value} /> : pending(latest)}</Panel>
      <Panel title="Keys that need a look">{keys.value ? <Expiring keys={keys.value} /> : pending(keys)}</Panel>
    </div>
  );
}

function Failures({ page, found }: { page: Page; found: FoundPage }): JSX.Element {
  const failed = found.conversations.filter((row) => row.analysisFailed !== null);
  const looked = counted(found.conversations.length, "conversation");
  if (failed.length === 0) return <p>None of the latest {looked}.</p>;
  return (
    <>
      <p>
        {count(failed.length)} of the latest {looked}. The next message of one, or “Analyse again” in it, tries again.
      </p>
      <ul class="samples">
        {failed.map((row) => (
          <li key={row.id}>
            <Go to={page.link("conversations", row.id)}>
              <bdi>{row.externalId ?? row.id.slice(0, 8)}</bdi>
            </Go>{" "}
            <Tag tone="bad">{row.analysisFailed}</Tag> <Time iso={row.lastMessageAt} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Expiring({ keys }: { keys: ApiKey[] }): JSX.Element {
  const ends = (key: ApiKey) => (key.expires_at === null ? Infinity : Date.parse(key.expires_at) - Date.now());
  const soon = keys.filter((key) => ends(key) < SOON);
  if (soon.length === 0) return <p>None has expired or expires within 14 days.</p>;
  return (
    <ul class="samples">
      {soon.map((key) => (
        <li key={key.id}>
          <bdi>{key.name}</bdi> <code>{key.api_key_prefix}…</code> <Tag tone={ends(key) < 0 ? "bad" : "warn"}>{ends(key) < 0 ? "Expired" : "Expires"}</Tag> <Time iso={key.expires_at} />
        </li>
      ))}
    </ul>
  );
}
