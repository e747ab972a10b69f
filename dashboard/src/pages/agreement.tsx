import type { JSX } from "preact";
import { withQuery } from "../api.ts";
import type { Page } from "../app.tsx";
import { useData } from "../data.ts";
import { count, percent, words } from "../format.ts";
import type { Agreed, Agreement, ScoreFigures } from "../types.ts";
import { Go, Panel } from "../ui.tsx";

const ON: Record<string, string> = { user: "users' messages", assistant: "answers", conversation: "conversations" };

/** How far people agree with the analysis, and the scores of the period: next to the figures that they are about. */
export function AgreementOf({ page, days }: { page: Page; days: string }): JSX.Element {
  const asked = { chatbotId: page.chatbot.id, days };
  const found = useData<Agreement>(withQuery("/v1/insights/agreement", asked)).value?.findings ?? [];
  const scores = useData<ScoreFigures>(withQuery("/v1/insights/scores", asked)).value?.scores ?? [];
  return (
    <div class="columns">
      <Panel title="How far people agree with the analysis" aside={<span class="note">corrections of the period</span>}>
        {found.length === 0 ? (
          <p class="note">Nobody corrected the analysis yet. In a conversation, “Why?” shows what was found, and “Correct” says it better.</p>
        ) : (
          <table>
            <thead>
              <tr>
                <th scope="col">Finding</th>
                <th scope="col">Corrections</th>
                <th scope="col">Agree</th>
                <th scope="col">Kappa</th>
                <th scope="col">Two people</th>
              </tr>
            </thead>
            <tbody>
              {found.map((each) => (
                <tr key={`${each.on} ${each.finding}`}>
                  <th scope="row">
                    {words(each.finding)} <span class="note">of {ON[each.on]}</span>
                    <Confused agreed={each.judged} />
                  </th>
                  <td>{count(each.judged.count)}</td>
                  <td>{percent(each.judged.share)}</td>
                  <td>{each.judged.kappa ?? "–"}</td>
                  <td>{each.reviewed.count > 0 ? `${percent(each.reviewed.share)} of ${count(each.reviewed.count)}` : "–"}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Panel>
      <Panel title="Scores" aside={<span class="note">given in the period</span>}>
        {scores.length === 0 ? (
          <p class="note">None.</p>
        ) : (
          <table>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">How many</th>
                <th scope="col">Mean</th>
                <th scope="col">Values</th>
              </tr>
            </thead>
            <tbody>
              {scores.map((each) => (
                <tr key={`${each.name} ${each.dataType}`}>
                  <th scope="row">
                    <bdi>{each.name}</bdi>
                  </th>
                  <td>{count(each.count)}</td>
                  <td>{each.mean ?? "–"}</td>
                  <td>
                    {each.dataType !== "TEXT" &&
                      each.buckets.slice(0, 10).map((bucket) => (
                        <span key={bucket.value}>
                          {each.name === "feedback" ? (
                            <bdi>{bucket.value}</bdi>
                          ) : (
                            <Go to={page.link("conversations", "", { score: each.name, scoreValue: bucket.value })}>
                              <bdi>{bucket.value}</bdi>
                            </Go>
                          )}
                          <span class="note">: {count(bucket.count)} </span>
                        </span>
                      ))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Panel>
    </div>
  );
}

/** The confusion table: what the analysis says, and what people say instead. */
function Confused({ agreed }: { agreed: Agreed }): JSX.Element | null {
  const apart = agreed.table.filter((pair) => pair.first !== pair.second);
  if (apart.length === 0) return null;
  return (
    <details>
      <summary>Where they differ</summary>
      <ul>
        {apart.map((pair) => (
          <li key={`${pair.first} ${pair.second}`}>
            {words(pair.first)} → {words(pair.second)}: {count(pair.count)}
          </li>
        ))}
      </ul>
    </details>
  );
}
