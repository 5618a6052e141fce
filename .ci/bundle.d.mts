import type { BuildOptions, Metafile } from 'esbuild';

export declare const program: BuildOptions & { readonly metafile: true };
export declare function packagesIn(...metafiles: readonly Metafile[]): readonly string[];
