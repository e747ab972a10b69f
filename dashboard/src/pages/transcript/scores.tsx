import type { JSX } from "preact";
import { call, withQuery } from "../../api.ts";
import type { Page } from "../../app.tsx";
import { usePages } from "../../data.ts";
import { words } from "../../format.ts";
import type { GivenScore, ScorePage } from "../../types.ts";
import { Confirm, Panel, Tag, Time } from "../../ui.tsx";

/** What users, people, code and judges gave to a conversation and its messages. */
export function Scores({ page }: { page: Page }): JSX.Element | null {
  const scores = usePages<GivenScore, ScorePage>(withQuery("/api/v1/scores", { conversationId: page.route.id, limit: 20 }), (found) => found.data);
  const given = scores.rows.filter((each) => each.finding === null);
  if (given.length === 0 && !scores.more) return null;
  return (
    <Panel title="Scores">
      <ul class="cards">
        {given.map((each) => (
          <li key={each.id} class="row between">
            <span>
              <bdi>{each.name}</bdi> <b>{each.dataType === "BOOLEAN" ? (each.value ? "yes" : "no") : <bdi>{String(each.value)}</bdi>}</b> <Tag>{words(each.source)}</Tag>{" "}
              <span class="note">
                {each.messageId !== null && "on a message, "}
                <bdi>{each.author ?? each.userId ?? ""}</bdi> <Time iso={each.updatedAt} />
              </span>
              {each.comment && (
                <>
                  <br />
                  <q dir="auto">{each.comment}</q>
                </>
              )}
            </span>
            {page.session.administers && !each.readOnly && (
              <Confirm
                ask={`Remove the score “${each.name}”? The figures no longer count it.`}
                action="Remove it"
                run={async () => {
                  await call(`/api/v1/scores/${encodeURIComponent(each.id)}`, { method: "DELETE" });
                  scores.reload();
                }}
              >
                Remove<span class="hidden"> the score {each.name}</span>
              </Confirm>
            )}
          </li>
        ))}
      </ul>
      {scores.more && (
        <button type="button" class="more" onClick={scores.next}>
          Show more scores
        </button>
      )}
    </Panel>
  );
}
