import { createProgram } from './program.ts';

await createProgram({ env: process.env }).parseAsync();
