import type { JSX } from "preact";
import type { Page } from "../app.tsx";
import { Go, Heading } from "../ui.tsx";
import { Analyzer } from "./settings/analyzer.tsx";
import { Audit } from "./settings/audit.tsx";
import { Chatbots } from "./settings/chatbots.tsx";
import { FieldsOf } from "./settings/fields.tsx";
import { Health } from "./settings/health.tsx";
import { Keys } from "./settings/keys.tsx";
import { Privacy } from "./settings/privacy.tsx";
import { Responder } from "./settings/responder.tsx";
import { Rules } from "./settings/rules.tsx";
import { TaxonomyOf } from "./taxonomy.tsx";

const SECTIONS: Record<string, { title: string; draw: (page: Page) => JSX.Element }> = {
  chatbots: { title: "Chatbots", draw: (page) => <Chatbots {...page} /> },
  keys: { title: "Keys", draw: (page) => <Keys {...page} /> },
  taxonomy: { title: "Taxonomy", draw: (page) => <TaxonomyOf {...page} /> },
  fields: { title: "Fields", draw: (page) => <FieldsOf {...page} /> },
  analyzer: { title: "Analyzer and spend", draw: (page) => <Analyzer {...page} /> },
  privacy: { title: "Privacy and retention", draw: (page) => <Privacy {...page} /> },
  responder: { title: "Responder", draw: (page) => <Responder {...page} /> },
  rules: { title: "Rules and destinations", draw: (page) => <Rules {...page} /> },
  audit: { title: "Audit log", draw: (page) => <Audit {...page} /> },
  health: { title: "Health", draw: (page) => <Health {...page} /> },
};

export function Settings(page: Page): JSX.Element {
  const asked = page.route.id in SECTIONS ? page.route.id : "chatbots";
  const section = SECTIONS[asked];
  if (!page.session.administers) {
    return (
      <>
        <Heading title="Settings">Settings</Heading>
        <p>
          Your key, {page.session.key.name} (<code>{page.session.key.api_key_prefix}…</code>), reads. Settings need a key of the role admin: sign out, and in again
          with one.
        </p>
      </>
    );
  }
  return (
    <>
      <Heading title={`Settings: ${section?.title ?? ""}`}>Settings</Heading>
      <nav class="tabs" aria-label="Settings">
        {Object.entries(SECTIONS).map(([name, { title }]) => (
          <Go key={name} to={page.link("settings", name)} current={name === asked}>
            {title}
          </Go>
        ))}
      </nav>
      {section?.draw(page)}
    </>
  );
}
