// Loading: what is asked for again stays on the screen until the new answer is there.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ApiError, call } from "./api.ts";

export interface Loaded<T> {
  value: T | undefined;
  error: ApiError | undefined;
  loading: boolean;
  reload: () => void;
}

/** Load a path, and again whenever it or the version changes. Null loads nothing. */
export function useData<T>(path: string | null, version = ""): Loaded<T> {
  const [state, set] = useState<{ path: string | null; value?: T; error?: ApiError; loading: boolean }>({ path, loading: path !== null });
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (path === null) return undefined;
    const abort = new AbortController();
    set((before) => (before.path === path ? { ...before, loading: true } : { path, loading: true }));
    call<T>(path, { signal: abort.signal }).then(
      (value) => set({ path, value, loading: false }),
      (error: unknown) => {
        if (abort.signal.aborted) return;
        const told = error instanceof ApiError ? error : new ApiError(0, "Something went wrong in this page.");
        set((before) => ({ ...(before.path === path ? before : { path }), error: told, loading: false }));
      },
    );
    return () => abort.abort();
  }, [path, version, round]);
  const reload = useCallback(() => setRound((before) => before + 1), []);
  const own = state.path === path;
  return { value: own ? state.value : undefined, error: own ? state.error : undefined, loading: own ? state.loading : path !== null, reload };
}

/** Do something every so often while the page is looked at; null for never. */
export function useEvery(seconds: number | null, action: () => void): void {
  const latest = useRef(action);
  latest.current = action;
  useEffect(() => {
    if (seconds === null) return undefined;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") latest.current();
    }, seconds * 1000);
    return () => clearInterval(timer);
  }, [seconds]);
}

export interface Pages<T> {
  rows: T[];
  more: boolean;
  /** Where the next page begins; none at the end. */
  cursor: string | undefined;
  loading: boolean;
  error: ApiError | undefined;
  next: () => void;
  reload: () => void;
}

const NONE: never[] = [];

/** A list that grows page by page, by the cursor that each page ends with: what arrives meanwhile moves nothing. */
export function usePages<T, Page extends { nextCursor?: string }>(path: string | null, rowsOf: (page: Page) => T[]): Pages<T> {
  const [state, set] = useState<{ path: string | null; rows: T[]; cursor: string | undefined; loading: boolean; error?: ApiError }>({
    path,
    rows: [],
    cursor: undefined,
    loading: path !== null,
  });
  const [round, setRound] = useState(0);
  const load = useCallback(
    async (cursor: string | undefined, signal?: AbortSignal) => {
      if (path === null) return;
      set((before) => ({ ...before, path, rows: cursor === undefined && before.path !== path ? [] : before.rows, loading: true }));
      const more = cursor === undefined ? "" : `${path.includes("?") ? "&" : "?"}cursor=${encodeURIComponent(cursor)}`;
      try {
        const page = await call<Page>(path + more, signal ? { signal } : {});
        set((before) => ({
          path,
          rows: cursor === undefined ? rowsOf(page) : [...before.rows, ...rowsOf(page)],
          cursor: page.nextCursor,
          loading: false,
        }));
      } catch (error) {
        if (signal?.aborted) return;
        const told = error instanceof ApiError ? error : new ApiError(0, "Something went wrong in this page.");
        set((before) => ({ ...before, error: told, loading: false }));
      }
    },
    [path],
  );
  useEffect(() => {
    const abort = new AbortController();
    void load(undefined, abort.signal);
    return () => abort.abort();
  }, [load, round]);
  const own = state.path === path;
  return {
    rows: own ? state.rows : NONE,
    more: own && state.cursor !== undefined,
    cursor: own ? state.cursor : undefined,
    loading: own ? state.loading : path !== null,
    error: own ? state.error : undefined,
    next: () => void load(state.cursor),
    reload: useCallback(() => setRound((before) => before + 1), []),
  };
}
