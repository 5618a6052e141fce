import type { LiveView, View } from './live-view.ts';

export interface PageProps {
  readonly live: LiveView;
  readonly view: View;
  /** what the address names beside the page */
  readonly rest: string;
}
