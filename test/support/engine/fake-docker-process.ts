// The fake Docker Engine as a program of its own, so that a test can start it inside a network namespace:
// tsx fake-docker-process.ts '{"GET /info":{"body":"{}"}}'. Writes its URL, then a line for each request.
import { startFakeDocker, type FakeRoutes } from './fake-docker.ts';

const routes = JSON.parse(process.argv[2] ?? '{}') as FakeRoutes;
const docker = await startFakeDocker(routes, (line) => void process.stdout.write(`${line}\n`));
process.once('SIGTERM', () => void docker.close());
process.stdout.write(`${docker.url}\n`);
