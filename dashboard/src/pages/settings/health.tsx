import type { JSX } from "preact";
import { withQuery } from "../../api.ts";
import type { Page } from "../../app.tsx";
import { useData } from "../../data.ts";
import { count } from "../../format.ts";
import type { AnalyzerChoice, PeriodOverview } from "../../types.ts";
import { Panel, pending, Tag, Waiting } from "../../ui.tsx";

export function Health(page: Page): JSX.Element {
  const now = useData<PeriodOverview>(withQuery("/v1/insights/overview", { chatbotId: page.chatbot.id, days: 1 }));
  const spent = useData<AnalyzerChoice>(`/api/v1/chatbots/${page.chatbot.id}/analyzer`);
  if (!now.value) return pending(now) ?? <Waiting />;
  const { current, waiting } = now.value;
  return (
    <Panel title="Today" aside={<button type="button" onClick={now.reload}>Look again</button>}>
      <dl class="facts">
        <div>
          <dt>Conversations that began today (UTC) and are analysed</dt>
          <dd>{count(current.conversations)}</dd>
        </div>
        <div>
          <dt>Waiting for the first analysis</dt>
          <dd>
            {count(waiting)} {waiting > 0 && <Tag tone="warn">Under way</Tag>}
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
  );
}
