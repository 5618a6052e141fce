/** Columns of `pxectl machines`. */
export const SORT_KEYS = ['name', 'profile', 'state', 'stage', 'since', 'finding'] as const;
export type SortKey = (typeof SORT_KEYS)[number];

export interface ListOptions {
  readonly sort?: SortKey;
  /** those alone that were seen and are no machine */
  readonly unknown?: boolean;
}
