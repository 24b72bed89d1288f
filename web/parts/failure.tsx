import { explain } from '../logic/failure';

interface Props {
  readonly error: unknown;
  /** The view loads again by itself. */
  readonly isRetried?: boolean;
}

/** Says what went wrong and what to do; faults of rows are listed one by one. */
export function Failure({ error, isRetried }: Props) {
  const { title, advice, faults } = explain(error);
  return (
    <div class="failure" role="alert">
      <p>
        <strong>{title}</strong> {advice} {isRetried === true && 'This page tries again by itself.'}
      </p>
      {faults.length > 0 && (
        <ul>
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
