// The frame of every page: who is signed in, which chatbot is meant, where one is.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { currentSession, signIn, signOut, whenSignedOut } from "./api.ts";
import { Conversations } from "./pages/conversations.tsx";
import { Overview } from "./pages/overview.tsx";
import { People } from "./pages/people.tsx";
import { Quality } from "./pages/quality.tsx";
import { Settings } from "./pages/settings.tsx";
import { FirstChatbot } from "./pages/settings/chatbots.tsx";
import { SignIn } from "./pages/signin.tsx";
import { Topics } from "./pages/topics.tsx";
import { Transcript } from "./pages/transcript.tsx";
import { address, go, useRoute } from "./route.ts";
import type { Route } from "./route.ts";
import { chooseTheme, theme } from "./theme.ts";
import type { Theme } from "./theme.ts";
import type { Chatbot, SignedIn } from "./types.ts";
import { Choice, Go, Heading, Waiting } from "./ui.tsx";

export interface Page {
  route: Route;
  chatbot: Chatbot;
  session: SignedIn;
  /** The address of a page about the same chatbot. */
  link: (page: string, id?: string, parameters?: Record<string, string | undefined>) => string;
  /** Change parameters of the present address. */
  set: (parameters: Record<string, string | undefined>) => void;
  /** Ask again which chatbots there are. */
  refresh: () => void;
}

const PAGES: Record<string, { title: string; draw: (page: Page) => JSX.Element }> = {
  overview: { title: "Overview", draw: (page) => <Overview {...page} /> },
  conversations: { title: "Conversations", draw: (page) => (page.route.id ? <Transcript key={page.route.id} {...page} /> : <Conversations {...page} />) },
  topics: { title: "Topics", draw: (page) => <Topics {...page} /> },
  users: { title: "Users", draw: (page) => <People key={`users ${page.route.id}`} {...page} group="users" /> },
  organizations: { title: "Organizations", draw: (page) => <People key={`organizations ${page.route.id}`} {...page} group="organizations" /> },
  quality: { title: "Quality", draw: (page) => <Quality {...page} /> },
  settings: { title: "Settings", draw: (page) => <Settings {...page} /> },
};

const LINK = "#signin=";

export interface Begun {
  found: SignedIn | null;
  told: string;
}

/** The dashboard. What is asked for first, who is signed in, is asked for before anything is drawn. */
export function App({ begun }: { begun: Promise<Begun> }): JSX.Element {
  const [session, set] = useState<SignedIn | null | undefined>(undefined);
  const [problem, setProblem] = useState("");
  useEffect(() => {
    whenSignedOut(() => set(null));
    void begun.then(
      ({ found, told }) => {
        set(found);
        setProblem(told);
      },
      (error: unknown) => {
        set(null);
        setProblem(error instanceof Error ? error.message : "The service cannot be reached.");
      },
    );
  }, []);
  if (session === undefined) return <Waiting what="Signing in" />;
  if (session === null) return <SignIn problem={problem} done={set} />;
  const refresh = () => void currentSession().then(set, () => undefined);
  return <Frame session={session} left={() => set(null)} refresh={refresh} />;
}

/** The session that there is, or the one that a sign-in link starts. The link's token leaves the address at once. */
export async function begin(): Promise<Begun> {
  const token = location.hash.startsWith(LINK) ? location.hash.slice(LINK.length) : "";
  if (token) history.replaceState(null, "", location.pathname + location.search);
  const found = await currentSession();
  if (found || !token) return { found, told: "" };
  try {
    return { found: await signIn(token), told: "" };
  } catch (error) {
    return { found: null, told: error instanceof Error ? error.message : "The link does not work." };
  }
}

function Frame({ session, left, refresh }: { session: SignedIn; left: () => void; refresh: () => void }): JSX.Element {
  const route = useRoute();
  useEffect(() => {
    document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [route.page]);
  const asked = route.query.get("chatbot");
  const chatbot = session.chatbots.find((each) => each.id === asked) ?? (asked ? undefined : session.chatbots[0]);
  const link: Page["link"] = (page, id = "", parameters = {}) => {
    const kept = chatbot && session.chatbots.length > 1 ? { chatbot: chatbot.id } : {};
    return address(page, id, { ...kept, ...parameters });
  };
  const set: Page["set"] = (parameters) => {
    const now = Object.fromEntries(route.query);
    go(address(route.page, route.id, { ...now, ...parameters }), { replace: true });
  };
  const page = PAGES[route.page];
  return (
    <div class="frame">
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="top">
        <span class="brand" aria-hidden="true">
          Confab
        </span>
        <nav aria-label="Pages">
          <ul>
            {Object.entries(PAGES).map(([name, { title }]) => (
              <li key={name}>
                <Go to={link(name)} current={route.page === name}>
                  {title}
                </Go>
              </li>
            ))}
          </ul>
        </nav>
        <div class="top-end">
          {session.chatbots.length > 1 && (
            <Choice
              label="Chatbot"
              value={chatbot?.id ?? ""}
              options={session.chatbots.map((each) => [each.id, each.archived ? `${each.name} (archived)` : each.name])}
              onChange={(id) => go(address(route.page, "", { chatbot: id }))}
            />
          )}
          {session.chatbots.length === 1 && <span class="chatbot">{session.chatbots[0]?.name}</span>}
          <ThemeChoice />
          <button type="button" class="quiet" title={`${session.key.name} (${session.key.api_key_prefix}…)`} onClick={() => void signOut().finally(left)}>
            Sign out
          </button>
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {page && chatbot ? (
          page.draw({ route, chatbot, session, link, set, refresh })
        ) : session.chatbots.length === 0 && session.administers ? (
          <FirstChatbot done={refresh} />
        ) : (
          <>
            <Heading title="Not found">There is nothing here</Heading>
            <p>
              {session.chatbots.length === 0
                ? "Your key reaches no chatbot. A key of the role admin makes one here, or an operator with the command confab chatbot create."
                : "The address names a page or a chatbot that does not exist, or that your key does not reach."}
            </p>
            <p>
              <Go to={address("overview")}>Go to the overview</Go>
            </p>
          </>
        )}
      </main>
    </div>
  );
}

function ThemeChoice(): JSX.Element {
  const [chosen, set] = useState<Theme>(theme());
  return (
    <Choice
      label="Theme"
      hideLabel
      value={chosen}
      options={[
        ["system", "Auto"],
        ["light", "Light"],
        ["dark", "Dark"],
      ]}
      onChange={(value) => {
        set(value as Theme);
        chooseTheme(value as Theme);
      }}
    />
  );
}
