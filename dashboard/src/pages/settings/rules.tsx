import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call, withQuery } from "../../api.ts";
import type { Page } from "../../app.tsx";
import { useData, usePages } from "../../data.ts";
import { count, counted, words } from "../../format.ts";
import type { Destination, Rule, RuleTemplate, Run, Runs } from "../../types.ts";
import { Choice, Confirm, Form, Input, Panel, pending, Tag, Time, Waiting } from "../../ui.tsx";
import { Secret } from "./secret.tsx";

const STATES: Record<string, string> = { ok: "good", warning: "warn", alert: "bad", error: "bad" };
const STATUSES: Record<Run["status"], string> = { pending: "calm", success: "good", failed: "bad", skipped: "calm" };
const TYPES: [string, string][] = [
  ["webhook", "Webhook"],
  ["slack", "Slack"],
  ["discord", "Discord"],
  ["email", "E-mail (SNS topic)"],
  ["eventbridge", "EventBridge"],
];
const BY_ARN = new Set(["email", "eventbridge"]);

export function Rules(page: Page): JSX.Element {
  const base = `/api/v1/chatbots/${page.chatbot.id}`;
  const rules = useData<Rule[]>(`${base}/rules`);
  const destinations = useData<Destination[]>(`${base}/destinations`);
  if (!rules.value || !destinations.value) return pending(rules) ?? pending(destinations) ?? <Waiting />;
  const reload = () => {
    rules.reload();
    destinations.reload();
  };
  return (
    <>
      <div class="columns">
        <RuleList base={base} rules={rules.value} destinations={destinations.value} changed={reload} />
        <DestinationList base={base} destinations={destinations.value} changed={reload} />
      </div>
      <RunLog base={base} rules={rules.value} destinations={destinations.value} />
    </>
  );
}

interface Listed {
  base: string;
  destinations: Destination[];
  changed: () => void;
}

function RuleList({ base, rules, destinations, changed }: Listed & { rules: Rule[] }): JSX.Element {
  const templates = useData<RuleTemplate[]>(`${base}/rules/templates`);
  const [template, setTemplate] = useState("");
  const [to, setTo] = useState("");
  const chosen = templates.value?.find((each) => each.id === template) ?? templates.value?.[0];
  const destination = to || destinations[0]?.id;
  return (
    <Panel title="Rules" aside={<span class="note">when to tell, and of what</span>}>
      <ul class="cards">
        {rules.map((rule) => (
          <RuleCard key={rule.id} path={`${base}/rules/${rule.id}`} rule={rule} destinations={destinations} changed={changed} />
        ))}
        {rules.length === 0 && <li class="note">None.</li>}
      </ul>
      {destinations.length === 0 ? (
        <p class="note">A rule needs a destination: add one first.</p>
      ) : (
        <Form
          action="Make the rule"
          send={async () => {
            await call(`${base}/rules`, { method: "POST", body: { ...chosen?.rule, destinations: [destination] } });
            changed();
          }}
        >
          <Choice label="Begin with" value={chosen?.id ?? ""} options={(templates.value ?? []).map((each) => [each.id, each.name])} onChange={setTemplate} />
          <Choice label="Tell" value={destination ?? ""} options={destinations.map((each) => [each.id, each.name])} onChange={setTo} />
        </Form>
      )}
      <p class="note">Conditions, thresholds and schedules are changed by the API, or with “confab rules set”.</p>
    </Panel>
  );
}

function RuleCard({ path, rule, destinations, changed }: { path: string; rule: Rule; destinations: Destination[]; changed: () => void }): JSX.Element {
  const names = rule.destinations.map((id) => destinations.find((each) => each.id === id)?.name ?? id);
  return (
    <li>
      <div class="row between">
        <span>
          <b>
            <bdi>{rule.name}</bdi>
          </b>{" "}
          <Tag>{words(rule.kind)}</Tag> {!rule.enabled && <Tag tone="warn">Off</Tag>} {rule.includeText && <Tag tone="warn">Sends text</Tag>}{" "}
          {rule.status && <Tag tone={STATES[rule.status.state] ?? "calm"}>{words(rule.status.state)}</Tag>}
        </span>
        <span class="row">
          <Act run={() => call(path, { method: "PATCH", body: { enabled: !rule.enabled } })} done={changed}>
            {rule.enabled ? "Turn off" : "Turn on"}
            <span class="hidden"> {rule.name}</span>
          </Act>
          <Act run={() => call(`${path}/test`, { method: "POST", body: {} })} done={changed}>
            Test<span class="hidden"> {rule.name}</span>
          </Act>
          <Confirm
            ask={`Remove the rule “${rule.name}”? What it has not told yet is not told.`}
            action="Remove it"
            run={async () => {
              await call(path, { method: "DELETE" });
              changed();
            }}
          >
            Remove<span class="hidden"> {rule.name}</span>
          </Confirm>
        </span>
      </div>
      <p class="note">
        To <bdi>{names.join(", ")}</bdi>.
        {rule.status && (
          <>
            {" "}
            {words(rule.status.state)} since <Time iso={rule.status.since} />: {rule.status.value ?? "–"} of {counted(rule.status.sample, "sample")}.
            {rule.status.reason && ` ${rule.status.reason}`}
          </>
        )}
      </p>
    </li>
  );
}

function DestinationList({ base, destinations, changed }: Listed): JSX.Element {
  const [type, setType] = useState("webhook");
  const [name, setName] = useState("");
  const [address, setAddress] = useState("");
  const [secret, setSecret] = useState("");
  const byArn = BY_ARN.has(type);
  const path = `${base}/destinations`;
  return (
    <Panel title="Destinations" aside={<span class="note">whom to tell</span>}>
      <ul class="cards">
        {destinations.map((each) => (
          <li key={each.id}>
            <div class="row between">
              <span>
                <b>
                  <bdi>{each.name}</bdi>
                </b>{" "}
                <Tag>{words(each.type)}</Tag> {!each.enabled && <Tag tone="bad">Disabled</Tag>}
              </span>
              <span class="row">
                {!each.enabled && (
                  <Act run={() => call(`${path}/${each.id}`, { method: "PATCH", body: { enabled: true } })} done={changed}>
                    Enable<span class="hidden"> {each.name}</span>
                  </Act>
                )}
                <Act run={() => call(`${path}/${each.id}/test`, { method: "POST", body: {} })} done={changed}>
                  Test<span class="hidden"> {each.name}</span>
                </Act>
                {each.type === "webhook" && (
                  <Confirm
                    ask={`Give “${each.name}” a new secret? For 24 hours deliveries carry a signature by each.`}
                    action="Rotate it"
                    run={async () => setSecret((await call<{ secret?: string }>(`${path}/${each.id}/rotate-secret`, { method: "POST", body: {} })).secret ?? "")}
                  >
                    Rotate the secret<span class="hidden"> of {each.name}</span>
                  </Confirm>
                )}
                <Confirm
                  ask={`Remove the destination “${each.name}”? Rules no longer tell it anything.`}
                  action="Remove it"
                  run={async () => {
                    await call(`${path}/${each.id}`, { method: "DELETE" });
                    changed();
                  }}
                >
                  Remove<span class="hidden"> {each.name}</span>
                </Confirm>
              </span>
            </div>
            <p class="note">
              <bdi>{each.url ?? each.arn ?? ""}</bdi> {each.disabledReason}
            </p>
          </li>
        ))}
        {destinations.length === 0 && <li class="note">None.</li>}
      </ul>
      <Form
        action="Add"
        send={async () => {
          const made = await call<{ secret?: string }>(path, { method: "POST", body: { type, name, [byArn ? "arn" : "url"]: address } });
          setSecret(made.secret ?? "");
          setName("");
          setAddress("");
          changed();
        }}
      >
        <Choice label="Kind" value={type} options={TYPES} onChange={setType} />
        <Input label="Name" value={name} onInput={setName} required />
        <Input label={byArn ? "ARN" : "Address"} type={byArn ? "text" : "url"} value={address} onInput={setAddress} required placeholder={byArn ? "arn:aws:…" : "https://…"} />
      </Form>
      <Secret secret={secret} what="What signs the deliveries." />
    </Panel>
  );
}

function RunLog({ base, rules, destinations }: { base: string; rules: Rule[]; destinations: Destination[] }): JSX.Element {
  const [status, setStatus] = useState("");
  const log = usePages<Run, Runs>(withQuery(`${base}/runs`, { status }), (page) => page.runs);
  const rule = (run: Run) => rules.find((each) => each.id === run.ruleId)?.name ?? (run.ruleId || "Test");
  const destination = (run: Run) => destinations.find((each) => each.id === run.destinationId)?.name ?? run.destinationId;
  return (
    <Panel title="Run log" aside={<span class="note">of 30 days</span>}>
      <div class="row">
        <Choice label="Status" value={status} options={[["", "Any"], ...Object.keys(STATUSES).map((each): [string, string] => [each, words(each)])]} onChange={setStatus} />
        <button type="button" onClick={log.reload}>
          Read again
        </button>
      </div>
      {log.error && <p role="alert">{log.error.message}</p>}
      <div class="scroll" tabIndex={0} role="region" aria-label="Runs">
        <table>
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">Rule</th>
              <th scope="col">Destination</th>
              <th scope="col">Status</th>
              <th scope="col">Matches</th>
              <th scope="col">Attempts</th>
              <th scope="col">
                <span class="hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {log.rows.map((run) => (
              <tr key={run.id}>
                <td>
                  <Time iso={run.createdAt} seconds />
                </td>
                <th scope="row">
                  <bdi>{rule(run)}</bdi>
                </th>
                <td>
                  <bdi>{destination(run)}</bdi>
                </td>
                <td>
                  <Tag tone={STATUSES[run.status]}>{words(run.status)}</Tag> <span class="note">{run.error}</span>
                </td>
                <td>{count(run.count)}</td>
                <td>
                  {run.attempts.length > 0 && (
                    <details>
                      <summary>{counted(run.attempts.length, "attempt")}</summary>
                      <ol>
                        {run.attempts.map((each) => (
                          <li key={each.at}>
                            <Time iso={each.at} seconds />: {each.status ?? "no answer"} <span class="note">{count(each.ms)} ms {each.error}</span>
                          </li>
                        ))}
                      </ol>
                    </details>
                  )}
                </td>
                <td>
                  {(run.status === "failed" || run.status === "success") && (
                    <Act run={() => call(`${base}/runs/${encodeURIComponent(run.id)}/redeliver`, { method: "POST" })} done={log.reload}>
                      Deliver again
                    </Act>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {log.rows.length === 0 && <p class="note">{log.loading ? "Loading…" : "Nothing was told yet."}</p>}
      {log.more && (
        <button type="button" class="more" onClick={log.next}>
          Show more runs
        </button>
      )}
    </Panel>
  );
}

/** A button that does something at once, and says when it did not work. */
function Act({ run, done, children }: { run: () => Promise<unknown>; done: () => void; children: JSX.Element | (string | JSX.Element)[] | string }): JSX.Element {
  const [said, say] = useState("");
  return (
    <>
      <button
        type="button"
        onClick={() => {
          say("");
          run().then(
            () => {
              say("Done.");
              done();
            },
            (error: unknown) => say(error instanceof Error ? error.message : "It did not work."),
          );
        }}
      >
        {children}
      </button>
      {said && (
        <span class="note" role="status">
          {said}
        </span>
      )}
    </>
  );
}
