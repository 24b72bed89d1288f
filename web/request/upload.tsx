import type { RequestResource } from '../../contract/http/requests';
import { formatNumber } from '../logic/format';
import { formatMaximum, nameOfDelimiter, OUTPUT_LABELS } from '../logic/uploadFacts';
import { Fact } from '../parts/fact';

/** The options that were used, and how the file was read. */
export function Upload({ request: { options, sheet } }: { readonly request: RequestResource }) {
  return (
    <section class="card" aria-labelledby="upload">
      <h2 id="upload">Options and file</h2>
      <div class="columns">
        <dl class="facts">
          <Fact name="Quality">{options.quality}</Fact>
          <Fact name="Format">
            {options.format === 'keep' ? 'as in the original' : options.format}
          </Fact>
          <Fact name="Effort">{options.effort}</Fact>
          <Fact name="Maximum size">{formatMaximum(options)}</Fact>
          <Fact name="Output">{OUTPUT_LABELS[options.output]}</Fact>
          {options.base_url !== null && <Fact name="Base URL">{options.base_url}</Fact>}
        </dl>
        <dl class="facts">
          <Fact name="Rows">{formatNumber(sheet.rows)}</Fact>
          <Fact name="Columns">{sheet.columns.join(', ')}</Fact>
          <Fact name="Link columns">{sheet.link_columns.join(', ')}</Fact>
          <Fact name="Encoding">{sheet.encoding}</Fact>
          {sheet.delimiter !== null && (
            <Fact name="Delimiter">{nameOfDelimiter(sheet.delimiter)}</Fact>
          )}
        </dl>
      </div>
      {sheet.warnings.length > 0 && (
        <>
          <h3>Warnings about the file</h3>
          <ul>
            {sheet.warnings.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
