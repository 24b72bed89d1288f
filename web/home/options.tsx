import type { ComponentChildren } from 'preact';
import { EFFORTS, TARGET_FORMATS } from '../../contract/formats';

const FORMAT_LABELS: Readonly<Record<(typeof TARGET_FORMATS)[number], string>> = {
  keep: 'Keep each format',
  jpeg: 'JPEG',
  png: 'PNG',
  webp: 'WebP',
  avif: 'AVIF',
};

const EFFORT_LABELS: Readonly<Record<(typeof EFFORTS)[number], string>> = {
  fast: 'Fast',
  balanced: 'Balanced',
  small: 'Small files',
};

/** The options of an upload, each with one line of advice. */
export function Options() {
  return (
    <details class="options">
      <summary>Options</summary>
      <div class="fields">
        <Field label="Quality" advice="1 to 100. 50 suits shop pictures; 75 keeps fine detail.">
          <input type="number" name="quality" min={1} max={100} placeholder="50" />
        </Field>
        <Field label="Format" advice="WebP and AVIF are smaller; every current browser shows them.">
          <select name="format">
            {TARGET_FORMATS.map((format) => (
              <option key={format} value={format}>
                {FORMAT_LABELS[format]}
              </option>
            ))}
          </select>
        </Field>
        <Field label="Effort" advice="Small files take longer to make.">
          <select name="effort">
            {EFFORTS.map((effort) => (
              <option key={effort} value={effort} selected={effort === 'balanced'}>
                {EFFORT_LABELS[effort]}
              </option>
            ))}
          </select>
        </Field>
        <Field label="Maximum width" advice="In pixels. Smaller images stay as they are.">
          <input type="number" name="max_width" min={1} max={65535} placeholder="no limit" />
        </Field>
        <Field label="Maximum height" advice="In pixels. The proportions are kept.">
          <input type="number" name="max_height" min={1} max={65535} placeholder="no limit" />
        </Field>
        <Field label="Webhook" advice="This address is called when the request is finished.">
          <input type="url" name="webhook_url" placeholder="https://…" />
        </Field>
        <label class="check">
          <span>
            <input type="checkbox" name="strict" value="true" /> Refuse the file if any row is bad
          </span>
          <small>Otherwise bad rows are reported and the others are done.</small>
        </label>
      </div>
    </details>
  );
}

interface FieldProps {
  readonly label: string;
  readonly advice: string;
  readonly children: ComponentChildren;
}

function Field({ label, advice, children }: FieldProps) {
  return (
    <label>
      {label}
      {children}
      <small>{advice}</small>
    </label>
  );
}
