import Handlebars from 'handlebars';

/** Gives the text of a template of templates/ by its name. */
export type ReadTemplate = (name: string) => string;

/** An instance of our own: no global helpers, and nobody else's. */
const engine = Handlebars.create();

const compiled = new Map<string, HandlebarsTemplateDelegate>();

type View = Readonly<Record<string, unknown>>;

/**
 * Fills a template. Nothing is escaped: HTML escapes would break every format here, so quoting is done, per format,
 * before a value comes in. A name that the view does not have is an error and never an empty text.
 */
export const fillTemplate = (template: string, view: View): string => fill(template, view, true);

/** Fills an HTML template: every value is text, in elements and in quoted attributes. */
export const fillHtml = (template: string, view: View): string => fill(template, view, false);

function fill(template: string, view: View, noEscape: boolean): string {
  let filled = compiled.get(template);
  if (filled === undefined) {
    filled = engine.compile(template, { noEscape, strict: true, preventIndent: true });
    compiled.set(template, filled);
  }
  return filled(view, { allowProtoPropertiesByDefault: false });
}
