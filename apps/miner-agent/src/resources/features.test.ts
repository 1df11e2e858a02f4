import { expect, it } from 'vitest';
import { createFeatureBook, UNKNOWN_FEATURES } from './features.ts';

it('keeps what was last found out, with the reason', () => {
  const book = createFeatureBook(UNKNOWN_FEATURES);
  expect(book.features()).toEqual({ gpu: false, egress: false, root: true, ports: false });
  book.set('egress', null);
  expect(book.features().egress).toBe(true);
  book.set('egress', 'the fence could not be verified');
  book.set('gpu', null);
  expect(book.features()).toEqual({ gpu: true, egress: false, root: true, ports: false });
  expect(book.why('egress')).toBe('the fence could not be verified');
});
