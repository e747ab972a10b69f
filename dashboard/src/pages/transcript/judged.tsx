import type { JSX } from "preact";
import type { Judge } from "../../types.ts";

/** Who judged: the analyzer, its model and version. */
export function JudgedBy({ judge }: { judge: Judge }): JSX.Element {
  return (
    <>
      {judge.provider ?? "nobody yet"}
      {judge.model && `, ${judge.model}`}
      {judge.version && `, version ${judge.version}`}
      {judge.note && ` (${judge.note})`}
    </>
  );
}
