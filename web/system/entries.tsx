import { toChildArray, type ComponentChildren } from 'preact';

interface Props {
  readonly id: string;
  readonly title: string;
  /** What is said when there are none. */
  readonly empty: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A list with a heading. */
export function Entries({ id, title, empty, children }: Props) {
  return (
    <section class="card" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {toChildArray(children).length === 0 ? (
        <p class="empty">{empty}</p>
      ) : (
        <ul class="entries">{children}</ul>
      )}
    </section>
  );
}
