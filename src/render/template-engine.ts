import Handlebars from 'handlebars';

/** Gives the text of a template of templates/ by its name. */
export type ReadTemplate = (name: string) => string;

/** An instance of our own: no global helpers, and nobody else's. */
const engine = Handlebars.create();

const compiled = new Map<string, HandlebarsTemplateDelegate>();

/**
 * Fills a template. Nothing is escaped: HTML escapes would break every format here, so quoting is done, per format,
 * before a value comes in. A name that the view does not have is an error and never an empty text.
 */
export function fillTemplate(template: string, view: Readonly<Record<string, unknown>>): string {
  let fill = compiled.get(template);
  if (fill === undefined) {
    fill = engine.compile(template, { noEscape: true, strict: true, preventIndent: true });
    compiled.set(template, fill);
  }
  return fill(view, { allowProtoPropertiesByDefault: false });
}
