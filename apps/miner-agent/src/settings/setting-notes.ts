import { z } from 'zod';

/** What people read about a setting; its names in a file and as a flag follow from the variable (names.ts). */
export interface SettingNotes {
  /** What it is for, in a line. */
  about: string;
  /** A value that would do. */
  example?: string;
  /** What stands for the default in documents, when the value depends on the machine or follows from other settings. */
  defaultText?: string;
  /** `key`: comes from the environment alone and is never shown. `url`: shown without what may be an access key in it. */
  secret?: 'key' | 'url';
}

/** `register` comes last: a schema made from another does not have its notes. */
export const settingNotes = z.registry<SettingNotes>();

/** Its flag needs no value: `--stop-containers-on-exit` says yes. */
export const yesOrNo = z.enum(['0', '1', 'false', 'true'], 'expected 0 or 1').transform((value) => value === '1' || value === 'true');
