/** Whether nobody on this machine uses a port right now. Never throws: what cannot be bound is not free. */
export type PortProbe = (place: { host: string; port: number; protocol: 'tcp' | 'udp' }) => Promise<boolean>;
