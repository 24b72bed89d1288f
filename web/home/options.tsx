import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import {
  DEFAULT_COMPRESS_OPTIONS,
  EFFORTS,
  TARGET_FORMATS,
  type Effort,
  type TargetFormat,
} from '../../contract/formats';
import type { UploadFields } from '../../contract/http/uploads';
import { estimateOf } from '../logic/estimate';
import { formatNumber, formatPixels, formatShare } from '../logic/format';

const FORMAT_LABELS: Readonly<Record<TargetFormat, string>> = {
  keep: 'Keep each format',
  jpeg: 'JPEG',
  png: 'PNG',
  webp: 'WebP',
  avif: 'AVIF',
};

const EFFORT_LABELS: Readonly<Record<Effort, string>> = {
  fast: 'Fast',
  balanced: 'Balanced',
  small: 'Small files',
};

const ENCODINGS = [
  'utf-8',
  'utf-16le',
  'windows-1250',
  'windows-1251',
  'windows-1252',
  'iso-8859-2',
  'macintosh',
  'shift_jis',
  'gbk',
  'big5',
  'euc-kr',
];

interface Props {
  readonly fields: UploadFields;
  /** What is wrong with a field, by its name. */
  readonly faults: Readonly<Record<string, string>>;
}

/** The options of an upload, each with one line of advice. */
export function Options({ fields, faults }: Props) {
  const details = useRef<HTMLDetailsElement>(null);
  const open = () => {
    if (details.current !== null) details.current.open = true;
  };
  const faulty = Object.keys(faults).join();
  useEffect(() => {
    if (faulty !== '') open();
  }, [faulty]);

  return (
    // A field that the browser finds invalid cannot get the focus while it is folded away.
    <details ref={details} class="options" onInvalidCapture={open}>
      <summary>Options</summary>
      <fieldset>
        <legend>Images</legend>
        <div class="fields">
          <Field
            label="Quality"
            advice="1 to 100. 50 suits shop pictures; 75 keeps fine detail."
            fault={faults['quality']}
          >
            <input type="number" name="quality" min={1} max={100} placeholder="50" />
          </Field>
          <Field
            label="Format"
            advice="WebP and AVIF are smaller; every current browser shows them."
            fault={faults['format']}
          >
            <select name="format">
              {TARGET_FORMATS.map((format) => (
                <option key={format} value={format}>
                  {FORMAT_LABELS[format]}
                </option>
              ))}
            </select>
          </Field>
          <Field label="Effort" advice="Small files take longer to make." fault={faults['effort']}>
            <select name="effort">
              {EFFORTS.map((effort) => (
                <option
                  key={effort}
                  value={effort}
                  selected={effort === DEFAULT_COMPRESS_OPTIONS.effort}
                >
                  {EFFORT_LABELS[effort]}
                </option>
              ))}
            </select>
          </Field>
          <Field
            label="Maximum width"
            advice="In pixels. Smaller images stay as they are."
            fault={faults['max_width']}
          >
            <input type="number" name="max_width" min={1} max={65535} placeholder="no limit" />
          </Field>
          <Field
            label="Maximum height"
            advice="In pixels. The proportions are kept."
            fault={faults['max_height']}
          >
            <input type="number" name="max_height" min={1} max={65535} placeholder="no limit" />
          </Field>
        </div>
        <Estimate fields={fields} />
      </fieldset>
      <fieldset>
        <legend>File and result</legend>
        <div class="fields">
          <Field
            label="Base URL"
            advice="Put before links that are only a path, such as /m/u/mug.jpg."
            fault={faults['base_url']}
          >
            <input type="url" name="base_url" placeholder="https://shop.example/media" />
          </Field>
          <Field
            label="Encoding"
            advice="Name it if letters look wrong in the preview."
            fault={faults['encoding']}
          >
            <input name="encoding" list="encodings" placeholder="automatic" />
            <datalist id="encodings">
              {ENCODINGS.map((encoding) => (
                <option key={encoding} value={encoding} />
              ))}
            </datalist>
          </Field>
          <Field
            label="Links in the result"
            advice="Replacing fits an import into the shop."
            fault={faults['output']}
          >
            <select name="output">
              <option value="append">In a further column</option>
              <option value="replace">In place of the old links</option>
            </select>
          </Field>
          <label class="check">
            <span>
              <input type="checkbox" name="strict" value="true" /> Refuse the file if any row is bad
            </span>
            <small>Otherwise they are reported as failed, and all others are processed.</small>
          </label>
        </div>
      </fieldset>
      <fieldset>
        <legend>When it is finished</legend>
        <div class="fields">
          <Field
            label="Webhook"
            advice="This address is called when the request is finished."
            fault={faults['webhook_url']}
          >
            <input type="url" name="webhook_url" placeholder="https://…" />
          </Field>
        </div>
      </fieldset>
    </details>
  );
}

/** What quality, format and effort mean for the size of photos. */
function Estimate({ fields: { quality, format, effort } }: { readonly fields: UploadFields }) {
  const estimate = estimateOf({
    quality: Number(quality ?? DEFAULT_COMPRESS_OPTIONS.quality),
    format: TARGET_FORMATS.find((one) => one === format) ?? DEFAULT_COMPRESS_OPTIONS.format,
    effort: EFFORTS.find((one) => one === effort) ?? DEFAULT_COMPRESS_OPTIONS.effort,
  });
  if (estimate === null) return null;
  const { least, most, perSecond } = estimate;
  return (
    <p class="notice" role="status">
      <strong>
        Estimate: photos become {formatShare(least)} to {formatShare(most)} of their size.
      </strong>{' '}
      One processor core compresses about {formatNumber(perSecond)} a second. Measured with JPEGs of{' '}
      {formatPixels({ width: 1200, height: 900 })} at quality 92; yours may differ.
    </p>
  );
}

interface FieldProps {
  readonly label: string;
  readonly advice: string;
  readonly fault: string | undefined;
  readonly children: ComponentChildren;
}

function Field({ label, advice, fault, children }: FieldProps) {
  return (
    <label class={fault === undefined ? '' : 'faulty'}>
      {label}
      {children}
      {fault === undefined ? <small>{advice}</small> : <small role="alert">{fault}</small>}
    </label>
  );
}
