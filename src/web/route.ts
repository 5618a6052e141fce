/** The page that the address names: `#/boots/4f2a`. */
export interface Route {
  readonly page: string;
  /** what of it, decoded */
  readonly rest: string;
}

export function routeOf(hash: string): Route {
  const [page = '', ...rest] = hash.replace(/^#\/?/, '').split('/');
  return {
    page: page === '' || page.startsWith('token=') ? 'machines' : page,
    rest: decoded(rest.join('/')),
  };
}

export const linkTo = (page: string, rest?: string): string =>
  rest === undefined ? `#/${page}` : `#/${page}/${encodeURIComponent(rest)}`;

function decoded(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}
