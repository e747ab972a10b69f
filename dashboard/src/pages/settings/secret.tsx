import type { JSX } from "preact";
import { Copyable } from "../../ui.tsx";

/** A secret that is shown this once. */
export function Secret({ secret, what }: { secret: string; what: string }): JSX.Element | null {
  if (!secret) return null;
  return (
    <div class="secret" role="status">
      <p>
        <b>{what}</b> It is shown this once: copy it now.
      </p>
      <Copyable text={secret} label="secret" />
    </div>
  );
}
