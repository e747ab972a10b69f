// The address holds all state: the page, what it is about, its filters. A view can be linked and gone back to.
import { useEffect, useState } from "preact/hooks";

export const ROOT = "/dashboard";

export interface Route {
  page: string;
  id: string;
  query: URLSearchParams;
}

const changed = new Set<() => void>();

export function parse(path: string, search: string): Route {
  const [page = "", ...rest] = path.slice(ROOT.length).replace(/^\/+/, "").split("/");
  return { page: page || "overview", id: decoded(rest.join("/")), query: new URLSearchParams(search) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The address of a page; parameters that are empty are left out. */
export function address(page: string, id = "", parameters: Record<string, string | undefined> = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value) query.set(name, value);
  const text = query.toString();
  return `${ROOT}/${page}${id ? `/${encodeURIComponent(id)}` : ""}${text ? `?${text}` : ""}`;
}

/** Go to an address of the dashboard. */
export function go(to: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  for (const tell of changed) tell();
}

/** The present address; the component is drawn again when it changes. */
export function useRoute(): Route {
  const [route, set] = useState(() => parse(location.pathname, location.search));
  useEffect(() => {
    const update = () => set(parse(location.pathname, location.search));
    changed.add(update);
    addEventListener("popstate", update);
    return () => {
      changed.delete(update);
      removeEventListener("popstate", update);
    };
  }, []);
  return route;
}
