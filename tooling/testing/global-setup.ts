export { setup, teardown } from '@muster/db/testing/global-setup';
