import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { LiveView, View } from './live-view.ts';
import type { PageProps } from './page-props.ts';
import { BootPage } from './pages/boot-page.tsx';
import { BootsPage } from './pages/boots-page.tsx';
import { FindingsPage } from './pages/findings-page.tsx';
import { ImagesPage } from './pages/images-page.tsx';
import { MachinePage } from './pages/machine-page.tsx';
import { MachinesPage } from './pages/machines-page.tsx';
import { PlanPage } from './pages/plan-page.tsx';
import { linkTo, routeOf, type Route } from './route.ts';

const PAGES: Readonly<Record<string, (props: PageProps) => JSX.Element>> = {
  machines: (props) => (props.rest === '' ? <MachinesPage {...props} /> : <MachinePage {...props} />),
  boots: (props) => (props.rest === '' ? <BootsPage {...props} /> : <BootPage {...props} />),
  findings: FindingsPage,
  plan: PlanPage,
  images: ImagesPage,
};
const TITLES: Readonly<Record<string, string>> = {
  machines: 'Machines',
  boots: 'Boots',
  findings: 'Findings',
  plan: 'Plan',
  images: 'Images',
};

export function App({ live }: { readonly live: LiveView }): JSX.Element {
  const [view, setView] = useState(live.view);
  const [route, setRoute] = useState(() => routeOf(location.hash));
  const main = useRef<HTMLElement>(null);
  useEffect(() => live.onChange(() => setView(live.view)), [live]);
  useEffect(() => {
    const follow = (): void => {
      setRoute(routeOf(location.hash));
      // a screen reader is told that another page is there, and the keyboard goes on from its beginning
      main.current?.focus();
      window.scrollTo(0, 0);
    };
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, []);
  const title = TITLES[route.page] ?? 'Not found';
  useEffect(() => {
    document.title = `${route.rest === '' ? title : `${route.rest} · ${title}`} · pxectl`;
  }, [title, route.rest]);
  const Page = PAGES[route.page] ?? NoPage;
  return (
    <>
      <Header view={view} route={route} />
      <main id="main" tabIndex={-1} ref={main} aria-label={title}>
        <Page live={live} view={view} rest={route.rest} />
      </main>
    </>
  );
}

const NoPage = (): JSX.Element => <h1>There is no such page.</h1>;

function Header({ view, route }: { readonly view: View; readonly route: Route }): JSX.Element {
  const errors = view.findings.filter(({ finding }) => finding.severity === 'error').length;
  return (
    <header>
      <a class="skip" href="#main" onClick={skip}>
        Skip to the page
      </a>
      <p class="brand">pxectl</p>
      <nav aria-label="Pages">
        <ul>
          {Object.entries(TITLES).map(([page, title]) => (
            <li key={page}>
              <a href={linkTo(page)} aria-current={route.page === page ? 'page' : undefined}>
                {title}
                {page === 'findings' && errors > 0 ? <span class="count"> {errors}</span> : null}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <p role="status" class={view.isLive ? 'state live' : 'state lost'}>
        {view.isLive ? 'live' : 'not connected: trying again'}
      </p>
    </header>
  );
}

/** The address is the page that is shown: a link within it has to be followed by hand. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}
