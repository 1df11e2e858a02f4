import { taskSpecJsonSchema } from '../src/task-spec/json-schema.ts';
import { consentVectors } from './consent-vectors.ts';
import { frameVectors } from './frame-vectors.ts';
import { imageVectors } from './image-vectors.ts';
import { messageVectors } from './message-vectors.ts';
import { refusalVectors } from './refusal-vectors.ts';
import { requirementVectors } from './requirement-vectors.ts';

/** Every committed file that this package makes, by its path in the package. */
export function generatedFiles(): Record<string, string> {
  const documents = {
    'schemas/task-spec.json': taskSpecJsonSchema(),
    'vectors/frames.json': frameVectors(),
    'vectors/images.json': imageVectors(),
    'vectors/messages.json': messageVectors(),
    'vectors/node-consent.json': consentVectors(),
    'vectors/refusals.json': refusalVectors(),
    'vectors/requirements.json': requirementVectors(),
  };
  return Object.fromEntries(Object.entries(documents).map(([path, value]) => [path, `${JSON.stringify(value, null, 2)}\n`]));
}
