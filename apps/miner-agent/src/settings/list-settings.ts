import { z, type ZodObject } from 'zod';
import { fileKeyOf, flagOf } from './names.ts';
import { settingNotes, yesOrNo, type SettingNotes } from './setting-notes.ts';

/** One setting under its three names. */
export interface Setting {
  variable: string;
  fileKey: string;
  flag: string;
  notes: SettingNotes;
  isYesOrNo: boolean;
  /** Undefined: it has none, or it follows from other settings. */
  defaultValue: unknown;
}

export function listSettings(schema: ZodObject): Setting[] {
  return Object.entries(schema.shape).map(([variable, field]) => {
    const unset = z.safeParse(field, undefined);
    return {
      variable,
      fileKey: fileKeyOf(variable),
      flag: flagOf(variable),
      notes: settingNotes.get(field) ?? { about: '' },
      isYesOrNo: innermost(field) === yesOrNo,
      defaultValue: unset.success ? unset.data : undefined,
    };
  });
}

function innermost(field: z.core.$ZodType): z.core.$ZodType {
  return field instanceof z.ZodDefault || field instanceof z.ZodOptional ? innermost(field.def.innerType) : field;
}

/** The same line in each of the places where the setting may stand; a key is for the environment alone. */
export function waysToSet({ variable, fileKey, flag, notes }: Setting, value = notes.example ?? '…'): string {
  const assignment = `${variable}=${value}`;
  return notes.secret === 'key' ? assignment : `${assignment}, ${flag} ${value}, or \`${fileKey}: ${value}\` in the configuration file`;
}
