import { Fragment } from 'preact';
import type { SheetPreview } from '../../sheet/preview';
import { shownColumns } from '../logic/columns';
import { formatNumber } from '../logic/format';

/** A cell with more is cut. */
const MAX_CELL = 120;

/** The first rows as they will be read; links are marked, and what is wrong with a row is said below it. */
export function PreviewTable({ sheet }: { readonly sheet: SheetPreview }) {
  const { columns, linkColumns, rows } = sheet;
  const shown = shownColumns(columns, linkColumns);
  const classOf = (index: number) => (linkColumns.includes(columns[index] ?? '') ? 'links' : '');
  const hidden = columns.length - shown.length;
  return (
    <>
      <div class="sheet" role="region" aria-label="First rows of the file" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Row</th>
              {shown.map((index) => (
                <th key={index} scope="col" class={classOf(index)}>
                  {columns[index]}
                  {classOf(index) !== '' && <small>read for links</small>}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ number, cells, errors }) => (
              <Fragment key={number}>
                <tr>
                  <th scope="row">{number}</th>
                  {shown.map((index) => (
                    <td key={index} class={classOf(index)}>
                      {cut(cells[index] ?? '')}
                    </td>
                  ))}
                </tr>
                {errors.map(({ message }) => (
                  <tr key={message} class="fault">
                    <td />
                    <td colSpan={shown.length}>{message}</td>
                  </tr>
                ))}
              </Fragment>
            ))}
          </tbody>
        </table>
      </div>
      {hidden > 0 && (
        <p class="quiet">
          {formatNumber(hidden)} more {hidden === 1 ? 'column is' : 'columns are'} kept in the
          result and not shown here.
        </p>
      )}
    </>
  );
}

function cut(cell: string): string {
  return cell.length > MAX_CELL ? `${cell.slice(0, MAX_CELL)}…` : cell;
}
