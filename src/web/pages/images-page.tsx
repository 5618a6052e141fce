import type { JSX } from 'preact';
import { formatBytes } from '../../model/units.ts';
import type { PageProps } from '../page-props.ts';
import { ask } from '../ask.ts';
import { useAsked } from '../parts/asked.tsx';
import { Time, Trouble } from '../parts/small.tsx';

export function ImagesPage(_: PageProps): JSX.Element {
  const { value, error } = useAsked(() => ask('images', {}), []);
  return (
    <>
      <h1>Images</h1>
      {error !== undefined && <Trouble error={error} />}
      {value?.images.length === 0 && <p>The store is empty: pxectl fetch IMAGE fills it.</p>}
      <ul class="images">
        {value?.images.map((image) => (
          <li key={image.id}>
            <h2>{image.title}</h2>
            <p>
              <code>{image.id}</code> · {image.architecture} · {formatBytes(image.sizeBytes)} · needs{' '}
              {image.ramMiB} MiB of memory
            </p>
            <p>
              {image.verification}: {image.verifiedBy}, <Time iso={image.verifiedAt} />
            </p>
            <p class="muted">{image.origin}</p>
            <p>{image.usedBy.length === 0 ? 'Nobody boots it.' : `Booted by: ${image.usedBy.join(', ')}`}</p>
          </li>
        ))}
      </ul>
    </>
  );
}
