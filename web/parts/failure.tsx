import { explain, type Asked } from '../logic/failure';

interface Props {
  readonly error: unknown;
  readonly asked?: Asked;
  /** The view loads again by itself. */
  readonly isRetried?: boolean;
}

/** Says what went wrong and what to do; faults of rows are listed one by one. */
export function Failure({ error, asked = 'other', isRetried = false }: Props) {
  const { title, advice, again, faults } = explain(error, asked);
  return (
    <div class="failure" role="alert">
      <p>
        <strong>{title}</strong> {advice}{' '}
        {isRetried && again !== null ? 'This page tries again by itself.' : again}
      </p>
      {faults.length > 0 && (
        <ul tabIndex={0} aria-label="What is wrong">
          {faults.map(({ where, message }) => (
            <li key={where + message}>
              <strong>{where}</strong>: {message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
