// Tables: the one frame that all of them stand in, and lists that grow page by page.
import type { ComponentChildren, JSX } from "preact";
import type { Pages } from "./data.ts";
import { Failed, Waiting } from "./ui.tsx";

export interface Column<T> {
  name: string;
  title: ComponentChildren;
  /** Whether it has figures, which stand at the right. */
  number?: boolean;
  cell: (row: T) => ComponentChildren;
}

interface TableProps<T> {
  /** What the table is, for screen readers and as the name of the region that scrolls. */
  title: string;
  /** The first one names the row. */
  columns: Column<T>[];
  rows: T[];
  keyOf: (row: T) => string;
  /** Inside of a panel that has other content, instead of being one. */
  inside?: boolean;
  short?: boolean;
}

/** A table with a caption and named rows, in a region that scrolls by itself where the table is too wide. */
export function Table<T>({ title, columns, rows, keyOf, inside, short }: TableProps<T>): JSX.Element {
  const frame = `scroll ${inside ? "" : "panel flush"} ${short ? "short" : ""}`;
  const align = (column: Column<T>) => (column.number ? "number" : undefined);
  return (
    <div class={frame} tabIndex={0} role="region" aria-label={title}>
      <table class={inside ? undefined : "rows"}>
        <caption class="hidden">{title}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.name} scope="col" class={align(column)}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column, place) =>
                place === 0 ? (
                  <th key={column.name} scope="row">
                    {column.cell(row)}
                  </th>
                ) : (
                  <td key={column.name} class={align(column)}>
                    {column.cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A list that comes in pages: what went wrong, its table, what is said where it is empty, and the way to its next page. */
export function PagedTable<T>({ pages, empty, ...table }: Omit<TableProps<T>, "rows"> & { pages: Pages<T>; empty: ComponentChildren }): JSX.Element {
  return (
    <>
      {pages.error && <Failed error={pages.error} retry={pages.reload} />}
      {pages.rows.length > 0 && <Table {...table} rows={pages.rows} />}
      {!pages.loading && pages.rows.length === 0 && !pages.more && !pages.error && empty}
      {pages.loading ? (
        <Waiting />
      ) : (
        pages.more && (
          <button type="button" class="more" onClick={pages.next}>
            Show more
          </button>
        )
      )}
    </>
  );
}
