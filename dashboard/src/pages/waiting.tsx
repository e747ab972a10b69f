import type { JSX } from "preact";
import { withQuery } from "../api.ts";
import type { Page } from "../app.tsx";
import { useData } from "../data.ts";
import { count } from "../format.ts";
import type { PeriodOverview } from "../types.ts";

/** Beside figures: how many conversations are not in them yet. */
export function StillWaiting({ page }: { page: Page }): JSX.Element | null {
  const now = useData<PeriodOverview>(withQuery("/v1/insights/overview", { chatbotId: page.chatbot.id, days: 1 }));
  const waiting = now.value?.waiting ?? 0;
  return waiting ? <>; {count(waiting)} more {waiting === 1 ? "waits for its" : "wait for their"} first analysis</> : null;
}
