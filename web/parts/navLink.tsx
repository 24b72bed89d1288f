import type { ComponentChildren } from 'preact';
import { Link, useRoute } from 'wouter-preact';

interface Props {
  readonly href: string;
  readonly children: ComponentChildren;
}

/** A link of the header, which tells whether its view is the one that is shown. */
export function NavLink({ href, children }: Props) {
  const [isCurrent] = useRoute(href);
  return (
    <Link href={href} aria-current={isCurrent ? 'page' : undefined}>
      {children}
    </Link>
  );
}
