import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../../api.ts";
import type { Page } from "../../app.tsx";
import { useData } from "../../data.ts";
import { counted } from "../../format.ts";
import type { AnalyzerChoice } from "../../types.ts";
import { Choice, Form, Input, Panel, pending, Waiting } from "../../ui.tsx";

export function Analyzer(page: Page): JSX.Element {
  const path = `/api/v1/chatbots/${page.chatbot.id}/analyzer`;
  const choice = useData<AnalyzerChoice>(path);
  if (!choice.value) return pending(choice) ?? <Waiting />;
  return <AnalyzerForm key={JSON.stringify(choice.value)} path={path} choice={choice.value} changed={choice.reload} />;
}

function AnalyzerForm({ path, choice, changed }: { path: string; choice: AnalyzerChoice; changed: () => void }): JSX.Element {
  const [provider, setProvider] = useState(String(choice.analyzer["provider"] ?? ""));
  const [model, setModel] = useState(String(choice.analyzer["model"] ?? ""));
  const [budget, setBudget] = useState(String(choice.analyzer["dailyBudgetUsd"] ?? ""));
  return (
    <div class="columns">
      <Panel title="Who judges">
        <Form
          action="Save"
          send={async () => {
            const body = { provider: provider || null, model: model || null, dailyBudgetUsd: budget === "" ? null : Number(budget) };
            await call(path, { method: "PATCH", body });
            changed();
          }}
        >
          <Choice
            label="Analyzer"
            value={provider}
            options={[
              ["", "As the deployment says"],
              ["builtin", "Built in"],
              ["bedrock", "A model of Amazon Bedrock"],
            ]}
            onChange={setProvider}
          />
          <Input label="Model" value={model} onInput={setModel} hint="For Bedrock; without it the deployment's." />
          <Input label="US dollars a UTC day" type="number" value={budget} onInput={setBudget} hint="When it is spent, the built-in analyzer judges until the next day." />
        </Form>
      </Panel>
      <Panel title="Spent today" aside={<span class="note">UTC day</span>}>
        <p class="tile-value">${choice.today.spentUsd.toFixed(4)}</p>
        <p class="note">
          {counted(choice.today.calls, "call")}, {counted(choice.today.tokens, "token")}.
        </p>
      </Panel>
    </div>
  );
}
