import type { BuildOptions } from 'esbuild';

export declare const program: BuildOptions & { readonly metafile: true };
export declare function buildDist(dist: string): Promise<readonly string[]>;
