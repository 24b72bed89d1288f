import { useEffect, useState } from 'preact/hooks';

interface Props {
  readonly columns: readonly string[];
  /** Those that are read for links. */
  readonly found: readonly string[];
  /** Those that the user chose; `null`: they are found by their names. */
  readonly chosen: readonly string[] | null;
  readonly fault: string | undefined;
  readonly onChange: (names: readonly string[] | null) => void;
}

/** Says which columns are read for links, and lets others be chosen. */
export function LinkColumns({ columns, found, chosen, fault, onChange }: Props) {
  const isMissing = found.length === 0;
  const [isOpen, setOpen] = useState(isMissing);
  useEffect(() => {
    if (isMissing || fault !== undefined) setOpen(true);
  }, [isMissing, fault]);
  const names = [...new Set(columns)].filter((name) => name.trim() !== '');
  const marked = chosen ?? found;

  function toggle(name: string) {
    const others = marked.filter((one) => one !== name);
    const next = others.length < marked.length ? others : [...marked, name];
    onChange(next.length === 0 ? null : next);
  }

  return (
    <details
      open={isOpen}
      onToggle={({ currentTarget }) => {
        setOpen(currentTarget.open);
      }}
    >
      <summary>
        {isMissing ? (
          'Choose the columns with links'
        ) : (
          <>
            Links are read from <strong>{[...new Set(found)].join(', ')}</strong>
          </>
        )}
      </summary>
      <fieldset class="choices">
        <legend>Columns with links to images</legend>
        {names.map((name) => (
          <label key={name}>
            <input
              type="checkbox"
              checked={marked.includes(name)}
              onChange={() => {
                toggle(name);
              }}
            />{' '}
            {name}
          </label>
        ))}
      </fieldset>
      {fault !== undefined && (
        <p class="failure" role="alert">
          {fault}
        </p>
      )}
      {chosen !== null && (
        <button
          type="button"
          onClick={() => {
            onChange(null);
          }}
        >
          Recognise them by their names
        </button>
      )}
    </details>
  );
}
