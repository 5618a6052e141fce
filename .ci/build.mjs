// Bundles src/ into dist/.
import { buildDist } from './bundle.mjs';

await buildDist('dist');
