import js from '@eslint/js';
import regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';

/**
 * The layering of docs/architecture.md: each folder of src/ may import only the folders listed here
 * (and itself). Dependencies point one way; there is no way back.
 */
const ORDER = [
  'protocol',
  'model',
  'plan',
  'render',
  'platform',
  'net',
  'images',
  'machines',
  'server',
  'watch',
  'engine',
  'control',
  'doctor',
  'lab',
];
const allBelow = (folder) => ORDER.slice(0, ORDER.indexOf(folder));
const mayImport = {
  protocol: [],
  model: ['protocol'],
  plan: ['model', 'protocol'],
  render: ['plan', 'model', 'protocol'],
  platform: ['model', 'protocol'],
  net: ['platform', 'model', 'protocol'],
  images: ['platform', 'model', 'protocol'],
  machines: ['platform', 'model', 'protocol'],
  server: ['net', 'platform', 'plan', 'model', 'protocol'],
  watch: ['platform', 'plan', 'model', 'protocol'],
  ...Object.fromEntries(['engine', 'control', 'doctor', 'lab'].map((folder) => [folder, allBelow(folder)])),
};
// of the lower ones what browsers can run: the build refuses the rest
mayImport.web = ['control', 'doctor', 'model', 'protocol'];
const folders = [...Object.keys(mayImport), 'cli'];
const pure = ['protocol', 'model', 'plan', 'render', 'web'];
const impureModules = ['net', 'dgram', 'fs', 'fs/promises', 'child_process', 'http', 'https', 'os'];

/** Packages with one home each. */
const homes = {
  execa: ['platform'],
  dockerode: ['engine/docker'],
  'tar-stream': ['engine/docker', 'images'],
  handlebars: ['render', 'machines/seeds'],
  commander: ['cli'],
  'log-update': ['cli'],
  'prom-client': ['watch'],
  preact: ['web'],
};

const message = (folder, what) =>
  `src/${folder} must not import ${what} (layering: see docs/architecture.md)`;

/** One no-restricted-imports rule for one folder: layers above it, system modules if pure, foreign packages. */
function layerRule(folder, top = folder) {
  const forbiddenFolders = folders.filter((f) => f !== top && !(mayImport[top] ?? folders).includes(f));
  const patterns = forbiddenFolders.map((f) => ({
    regex: `^(\\./|\\.\\./)+(src/)?${f}/`,
    message: message(folder, `src/${f}`),
  }));
  const paths = [];
  if (pure.includes(top)) {
    for (const name of impureModules) {
      paths.push({ name: `node:${name}`, message: message(folder, `node:${name}: it is pure`) });
    }
  }
  for (const [name, allowed] of Object.entries(homes)) {
    if (!allowed.includes(folder)) paths.push({ name, message: message(folder, name) });
  }
  return {
    files: [`src/${folder}/**/*.{ts,tsx}`],
    rules: { 'no-restricted-imports': ['error', { patterns, paths }] },
  };
}

export default tseslint.config(
  { ignores: ['dist', 'coverage', 'release', '.cache', '.pxectl', 'node_modules', 'fixtures'] },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/require-await': 'off',
      eqeqeq: ['error', 'always'],
      'no-console': 'error',
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
      'no-control-regex': 'off',
      'max-lines': ['error', { max: 350, skipBlankLines: true, skipComments: true }],
    },
  },
  ...[...Object.keys(mayImport), 'cli'].map((folder) => layerRule(folder)),
  layerRule('engine/docker', 'engine'),
  layerRule('machines/seeds', 'machines'),
  {
    // texts are of strangers: whatever they repeat is read in linear time
    files: ['src/**/*.{ts,tsx}'],
    plugins: { regexp },
    rules: {
      'regexp/no-super-linear-backtracking': 'error',
      'regexp/no-super-linear-move': 'error',
      'no-restricted-properties': [
        'error',
        {
          object: 'AbortSignal',
          property: 'timeout',
          message: 'use timeoutSignal: Node.js 20 may forget this one',
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts', '*.config.ts'],
    rules: {
      'max-lines': 'off',
      'no-restricted-exports': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
    },
  },
  {
    files: ['bin/**/*.js', '*.js', '.ci/*.mjs'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly', Buffer: 'readonly' },
    },
    rules: { 'no-console': 'off' },
  },
  {
    files: ['.ci/site/*.js'],
    languageOptions: {
      globals: {
        document: 'readonly',
        addEventListener: 'readonly',
        HTMLInputElement: 'readonly',
        SEARCH_INDEX: 'readonly',
      },
    },
  },
);
