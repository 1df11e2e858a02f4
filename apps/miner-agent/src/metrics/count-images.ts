import { AppError } from '@muster/protocol/errors/app-error';
import type { Images } from '../images/create-images.ts';
import type { Tally } from './tally.ts';

/** The same images; how each request went is counted. */
export function countImages(images: Images, tally: Tally): Images {
  return {
    ...images,
    async ensure(request) {
      try {
        const ready = await images.ensure(request);
        tally.add('images', { result: 'ok' });
        return ready;
      } catch (error) {
        tally.add('images', { result: AppError.is(error) ? error.code : 'INTERNAL' });
        throw error;
      }
    },
  };
}
