import { useEffect, useRef, useState } from 'preact/hooks';
import { useTitle } from '../useTitle';

interface Props {
  readonly isWrong: boolean;
  readonly onEnter: (key: string) => void;
}

/** Asks for the API key. */
export function KeyPrompt({ isWrong, onEnter }: Props) {
  const [key, setKey] = useState('');
  const input = useRef<HTMLInputElement>(null);
  useTitle('Sign in');
  useEffect(() => {
    input.current?.focus();
  }, []);

  return (
    <form
      class="card narrow"
      onSubmit={(event) => {
        event.preventDefault();
        if (key.trim() !== '') onEnter(key.trim());
      }}
    >
      <h1>Sign in</h1>
      <p>This service needs an API key. Ask the person who runs it.</p>
      {isWrong && (
        <p class="failure" role="alert">
          The service does not know this key.
        </p>
      )}
      <label>
        API key
        <input
          ref={input}
          type="password"
          autocomplete="off"
          required
          value={key}
          onInput={({ currentTarget }) => {
            setKey(currentTarget.value);
          }}
        />
        <small>Kept in this tab only, until you close it.</small>
      </label>
      <button type="submit" class="primary">
        Sign in
      </button>
    </form>
  );
}
