import { render } from 'preact';
import { App } from './app.tsx';
import { LiveView } from './live-view.ts';

const live = new LiveView();
const root = document.getElementById('app');
if (root !== null) render(<App live={live} />, root);
void live.start();
