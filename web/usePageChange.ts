import { useLayoutEffect, useRef } from 'preact/hooks';
import { useLocation } from 'wouter-preact';

/**
 * Puts the focus on the content and scrolls to its top whenever another page is shown, as a browser does when it loads
 * one. Parts of one page, such as `/requests/ID/…`, are no page of their own.
 */
export function usePageChange(): void {
  const [location] = useLocation();
  const page = location.split('/', 3).join('/');
  const shown = useRef(page);

  // Before the effects of the views, which may scroll to what matters in them.
  useLayoutEffect(() => {
    if (shown.current === page) return;
    shown.current = page;
    document.getElementById('main')?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [page]);
}
