import type { JSX } from "preact";
import { withQuery } from "../../api.ts";
import type { Page } from "../../app.tsx";
import { usePages } from "../../data.ts";
import type { AuditLog } from "../../types.ts";
import { Failed, Time, Waiting } from "../../ui.tsx";

export function Audit(page: Page): JSX.Element {
  const log = usePages<AuditLog["entries"][number], AuditLog>(withQuery("/api/v1/audit", { limit: 50 }), (answer) => answer.entries);
  return (
    <>
      {log.error && <Failed error={log.error} retry={log.reload} />}
      {log.rows.length > 0 && (
        <div class="scroll panel flush" tabIndex={0} role="region" aria-label="Audit log">
          <table class="rows">
            <caption class="hidden">Changes of the workspace, the latest first</caption>
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">What</th>
                <th scope="col">Changed</th>
                <th scope="col">Chatbot</th>
                <th scope="col">By</th>
              </tr>
            </thead>
            <tbody>
              {log.rows.map((entry) => (
                <tr key={entry.id}>
                  <th scope="row">
                    <Time iso={entry.created_at} seconds />
                  </th>
                  <td>
                    {entry.action} <code title={entry.object_id}>{entry.object_id.slice(0, 8)}</code>
                  </td>
                  <td>{entry.changed.join(", ") || <span class="note">–</span>}</td>
                  <td>{entry.chatbot_id === null ? <span class="note">–</span> : (page.session.chatbots.find((bot) => bot.id === entry.chatbot_id)?.name ?? entry.chatbot_id.slice(0, 8))}</td>
                  <td>{entry.actor_key_prefix ? <code>{entry.actor_key_prefix}…</code> : entry.actor}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {log.loading ? (
        <Waiting />
      ) : (
        log.more && (
          <button type="button" class="more" onClick={log.next}>
            Show more
          </button>
        )
      )}
    </>
  );
}
