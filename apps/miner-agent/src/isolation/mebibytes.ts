/** Measured, so rounded: a limit of 512MiB reads as it was written. */
export const mebibytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MiB`;
