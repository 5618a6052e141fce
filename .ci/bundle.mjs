// What the bundle in dist/ and the one in the single executable have in common.

/** What dockerode has for ssh:// and for builds with BuildKit, which pxectl does not do: 2 MB, one of them compiled where a compiler is. */
const UNUSED = ['ssh2', '@grpc/grpc-js', '@grpc/proto-loader', 'protobufjs'];

const withoutUnused = {
  name: 'without-unused',
  setup(build) {
    const names = new RegExp(`^(${UNUSED.join('|')})$`);
    build.onResolve({ filter: names }, ({ path }) => ({ path, namespace: 'unused' }));
    build.onLoad({ filter: /.*/, namespace: 'unused' }, () => ({ contents: 'module.exports = {};' }));
  },
};

export const program = {
  bundle: true,
  platform: 'node',
  // optional: native the one, under another licence the other
  external: ['koffi', 'openpgp'],
  plugins: [withoutUnused],
  metafile: true,
  logLevel: 'warning',
};

/** The folders of the packages that builds took something from. */
export function packagesIn(...metafiles) {
  const inputs = metafiles.flatMap(({ inputs }) => Object.keys(inputs));
  return [
    ...new Set(inputs.flatMap((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? [])),
  ].sort();
}
