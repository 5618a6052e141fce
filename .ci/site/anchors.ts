/** The anchor that GitHub makes of a heading, as it is written. */
export const headingAnchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

/** Anchors that are written out, one for the heading behind each. */
export const WRITTEN_ANCHOR = /<a id="([^"]+)"/g;
