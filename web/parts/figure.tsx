interface Props {
  readonly name: string;
  readonly value: string;
  readonly note?: string | undefined;
}

/** A number with its name, as part of a list of them. */
export function Figure({ name, value, note }: Props) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value}
        {note !== undefined && <small>{note}</small>}
      </dd>
    </div>
  );
}
