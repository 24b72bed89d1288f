import { useMemo, useState } from 'preact/hooks';
import { Link, Route, Switch, useRoute } from 'wouter-preact';
import { ApiProvider, createApi } from './api';
import { Home } from './home/home';
import { KeyPrompt } from './parts/keyPrompt';
import { NavLink } from './parts/navLink';
import { Notice } from './parts/notice';
import { RequestView } from './request/requestView';
import { SystemView } from './system/systemView';
import { usePageChange } from './usePageChange';

/** The browser keeps it until the tab is closed. */
const KEY = 'api-key';

/** Other characters, such as those that a word processor puts in, cannot be sent. */
const POSSIBLE_KEY = /^[\x21-\x7e]+$/;

interface Access {
  readonly key: string | null;
  /** The service refused the key, or asked for one. */
  readonly isRefused: boolean;
}

export function App({ prefix }: { readonly prefix: string }) {
  const [{ key, isRefused }, setAccess] = useState<Access>({
    key: sessionStorage.getItem(KEY),
    isRefused: false,
  });
  const api = useMemo(() => {
    const onUnauthorized = () => {
      // The answer may be late, for a key that was replaced meanwhile.
      setAccess((access) => (access.key === key ? { key, isRefused: true } : access));
    };
    return createApi({ prefix, key, onUnauthorized });
  }, [prefix, key]);

  function enter(given: string) {
    const isPossible = POSSIBLE_KEY.test(given);
    if (isPossible) sessionStorage.setItem(KEY, given);
    setAccess({ key: given, isRefused: !isPossible });
  }

  function forget() {
    sessionStorage.removeItem(KEY);
    setAccess({ key: null, isRefused: true });
  }

  usePageChange();
  const [isHome] = useRoute('/');
  return (
    <ApiProvider value={api}>
      <a class="skip" href="#main" onClick={skip}>
        Skip to content
      </a>
      <header class="top">
        <Link href="/" class="brand">
          Image Processor
        </Link>
        <nav aria-label="Pages">
          <NavLink href="/">Requests</NavLink>
          <NavLink href="/system">System</NavLink>
          <a href={`${prefix}/docs`}>API</a>
          {key !== null && !isRefused && (
            <button type="button" onClick={forget}>
              Forget key
            </button>
          )}
        </nav>
      </header>
      <main id="main" tabIndex={-1}>
        <Notice />
        {isRefused && <KeyPrompt isWrong={key !== null} onEnter={enter} />}
        <Home isShown={isHome && !isRefused} isLocked={isRefused} />
        {!isRefused && (
          <Switch>
            <Route path="/requests/:id/*?">{({ id }) => <RequestView key={id} id={id} />}</Route>
            <Route path="/system">
              <SystemView />
            </Route>
          </Switch>
        )}
      </main>
    </ApiProvider>
  );
}

/** With `<base>`, a link to a fragment would leave the page. */
function skip(event: Event) {
  event.preventDefault();
  document.getElementById('main')?.focus();
}
