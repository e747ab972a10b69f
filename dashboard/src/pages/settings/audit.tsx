import type { JSX } from "preact";
import { withQuery } from "../../api.ts";
import type { Page } from "../../app.tsx";
import { usePages } from "../../data.ts";
import { PagedTable } from "../../table.tsx";
import type { AuditLog } from "../../types.ts";
import { Time } from "../../ui.tsx";

type Entry = AuditLog["entries"][number];

export function Audit(page: Page): JSX.Element {
  const log = usePages<Entry, AuditLog>(withQuery("/api/v1/audit", { limit: 50 }), (answer) => answer.entries);
  const none = <span class="note">–</span>;
  const nameOf = (id: string) => page.session.chatbots.find((bot) => bot.id === id)?.name ?? id.slice(0, 8);
  return (
    <PagedTable<Entry>
      title="Audit log: changes of the workspace, the latest first"
      pages={log}
      keyOf={(entry) => entry.id}
      empty={<p>Nothing was changed yet.</p>}
      columns={[
        { name: "when", title: "When", cell: (entry) => <Time iso={entry.created_at} seconds /> },
        {
          name: "what",
          title: "What",
          cell: (entry) => (
            <>
              {entry.action} <code title={entry.object_id}>{entry.object_id.slice(0, 8)}</code>
            </>
          ),
        },
        { name: "changed", title: "Changed", cell: (entry) => entry.changed.join(", ") || none },
        { name: "chatbot", title: "Chatbot", cell: (entry) => (entry.chatbot_id === null ? none : nameOf(entry.chatbot_id)) },
        { name: "by", title: "By", cell: (entry) => (entry.actor_key_prefix ? <code>{entry.actor_key_prefix}…</code> : entry.actor) },
      ]}
    />
  );
}
