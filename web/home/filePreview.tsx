import type { PreviewRefusal, SheetPreview } from '../../sheet/preview';
import { formatNumber } from '../logic/format';
import { LinkColumns } from './linkColumns';
import { PreviewTable } from './previewTable';
import type { PreviewState } from './usePreview';

interface Props {
  readonly state: PreviewState;
  /** A file with any bad row will be refused. */
  readonly isStrict: boolean;
  /** `null`: they are found by their names. */
  readonly linkColumns: readonly string[] | null;
  /** Why the service refused the chosen columns. */
  readonly fault: string | undefined;
  readonly onLinkColumns: (names: readonly string[] | null) => void;
}

const DELIMITERS: Readonly<Record<string, string>> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'vertical bars',
};

/** How the service will read the chosen file, and what is wrong with it. */
export function FilePreview({ state, isStrict, linkColumns, fault, onLinkColumns }: Props) {
  switch (state) {
    case 'reading':
      return <p role="status">Reading the beginning of the file…</p>;
    case 'unreadable':
      return (
        <p class="failure" role="alert">
          <strong>The browser cannot read this file.</strong> It was moved or changed, or it is a
          folder. Choose it again.
        </p>
      );
    case 'unavailable':
      return (
        <p class="notice" role="status">
          The preview cannot be loaded. You can upload the file without it, or load this page again.
        </p>
      );
  }
  if ('refusal' in state) return <Refused refusal={state.refusal} />;
  const { sheet } = state;
  return (
    <div class="preview">
      <Summary sheet={sheet} />
      {sheet.refusal !== null && <Refused refusal={sheet.refusal} />}
      {sheet.warnings.map((warning) => (
        <p key={warning} class="notice">
          {warning}.
        </p>
      ))}
      {sheet.columns.length > 0 && (
        <LinkColumns
          columns={sheet.columns}
          found={sheet.linkColumns}
          chosen={linkColumns}
          fault={fault}
          onChange={onLinkColumns}
        />
      )}
      <BadRows sheet={sheet} isStrict={isStrict} />
      {sheet.rows.length > 0 && <PreviewTable sheet={sheet} />}
    </div>
  );
}

function Summary({ sheet }: { readonly sheet: SheetPreview }) {
  const { estimatedRows, estimatedLinks, readRows, linkColumns, delimiter, platform } = sheet;
  if (linkColumns.length === 0 || delimiter === null) return null;
  const about = readRows === estimatedRows ? '' : 'About ';
  return (
    <p role="status">
      <strong>
        {about}
        {counted(estimatedRows, 'row')} with {about.toLowerCase()}
        {counted(estimatedLinks, 'link')} to images.
      </strong>{' '}
      {platform !== undefined && `It looks like an export of ${platform}. `}
      Read as {sheet.encoding} text with {DELIMITERS[delimiter] ?? delimiter} between the cells.
    </p>
  );
}

function counted(count: number, word: string): string {
  return `${formatNumber(count)} ${word}${count === 1 ? '' : 's'}`;
}

function Refused({ refusal: { code, message } }: { readonly refusal: PreviewRefusal }) {
  return (
    <p class="failure" role="alert">
      <strong>The service will refuse this file.</strong> {message}.
      {code === 'not_csv' && ' In a spreadsheet program, save or export it as CSV.'}
    </p>
  );
}

/** Says what becomes of bad rows, and lists those that the table does not show. */
function BadRows({
  sheet,
  isStrict,
}: {
  readonly sheet: SheetPreview;
  readonly isStrict: boolean;
}) {
  const { badRows, readRows, estimatedRows, laterBadRows } = sheet;
  if (badRows === 0) return null;
  const among = readRows === estimatedRows ? '' : ` among the first ${formatNumber(readRows)}`;
  return (
    <>
      <p class="notice">
        <strong>
          {counted(badRows, 'bad row')}
          {among}.
        </strong>{' '}
        {isStrict
          ? 'You chose to refuse the file for that. Correct them in the file, then choose it again.'
          : 'They will be reported as failed; all others are processed. To include them, correct them in the file and choose it again.'}
      </p>
      {laterBadRows.length > 0 && (
        <details>
          <summary>Bad rows further down</summary>
          <ul class="faults">
            {laterBadRows.map(({ number, errors }) => (
              <li key={number}>
                <strong>row {formatNumber(number)}</strong>:{' '}
                {errors.map(({ message }) => message).join('; ')}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
