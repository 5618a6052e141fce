import type { EXIT } from '../../src/cli/exit-codes.ts';
import type { Term } from './command-tree.ts';

/** What each exit code says. */
export const EXIT_TEXTS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'all is well',
  failure:
    'an error was found, or an input not understood (warnings count with doctor --strict), or the work failed',
  usage: 'the command line is wrong',
  config: 'the configuration is wrong',
  environment: 'this computer lacks something: a privilege, a port, a program',
  asset: 'an image or a download',
  engine: 'what answers machines did not start, or has stopped',
  bug: 'a bug in pxectl',
  interrupted: 'stopped by ^C',
};

/** Variables of the environment that change what pxectl does. */
export const ENVIRONMENT: readonly Term[] = [
  { term: 'PXECTL_CONFIG', text: 'the configuration file, where --config names none' },
  {
    term: 'PXECTL_SECRET_NAME',
    text: 'the secret "name" of seeds and power controllers; comes before the file secrets/name',
  },
  {
    term: 'PXECTL_SAFE_DIRECTORY',
    text: 'folders that are trusted although another user owns them, with colons between them',
  },
  {
    term: 'PXECTL_STORE',
    text: 'where projects share the files of images: shared, off, or a folder; counts before store in pxectl.yaml',
  },
  { term: 'XDG_DATA_HOME', text: 'of a user who is not root, the folder that holds pxectl/store' },
  { term: 'NO_COLOR', text: 'no colours; FORCE_COLOR: always' },
  { term: 'TERM', text: 'dumb: a line for each event instead of rows that are drawn again' },
  {
    term: 'http_proxy, https_proxy, no_proxy',
    text: 'how downloads leave this computer; in capital letters too',
  },
  { term: 'DOCKER_HOST, DOCKER_CONTEXT', text: 'the Docker Engine of the engine docker' },
  {
    term: 'OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS',
    text: 'where spans of boots go, where pxectl.yaml has no traces.endpoint, and with which headers',
  },
];

/** What is read and written. */
export const FILES: readonly Term[] = [
  { term: 'pxectl.yaml', text: 'the configuration, here or in a folder above: pxectl.yaml(5)' },
  {
    term: '.pxectl/',
    text: 'beside it: images, boot loaders, what is known of machines, events. One folder to copy, back up or delete',
  },
  { term: '/var/lib/pxectl/store/', text: 'of root: files of images that several projects have' },
  { term: 'secrets/', text: 'beside it, of mode 700: what {{secret "name"}} of seeds stands for' },
];
