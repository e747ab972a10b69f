import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { signIn } from "../api.ts";
import type { SignedIn } from "../types.ts";
import { Form, Heading, Input } from "../ui.tsx";

/** Exchanges a key for a session. The key is in the form until it is sent, and nowhere afterwards. */
export function SignIn({ problem, done }: { problem: string; done: (session: SignedIn) => void }): JSX.Element {
  const [key, set] = useState("");
  return (
    <main class="signin" id="main">
      <p class="brand">Confab</p>
      <Heading title="Sign in">Sign in</Heading>
      {problem && (
        <p class="wrong" role="alert">
          {problem}
        </p>
      )}
      <Form
        action="Sign in"
        send={async () => {
          const session = await signIn(key.trim());
          set("");
          done(session);
        }}
      >
        <Input
          label="API key"
          type="password"
          value={key}
          onInput={set}
          required
          placeholder="ob_live_…"
          hint="A key of the role read or admin. It is exchanged once for a session of this browser, and not kept."
        />
      </Form>
      <p class="note">
        An operator makes a key with <code>confab key create --role read</code>.
      </p>
    </main>
  );
}
