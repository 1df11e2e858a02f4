/** An unprivileged user that no machine gives to a person or a service: what it writes to a volume belongs to nobody on the host. */
export const DEFAULT_USER = { uid: 65_532, gid: 65_532 };

/** Only where the task asks and the owner allows: without capabilities, yet the owner of whatever root owns in the image. */
export const ROOT_USER = { uid: 0, gid: 0 };

export interface User {
  uid: number;
  gid: number;
}

/**
 * Whom a container runs as: the user that the image names, if it is not root; else the default one. `passwd` is the image's
 * /etc/passwd, needed when the image gives a name. Null: the name is not in it, so the engine could not start the image either.
 */
export function containerUser(imageUser: string, passwd: string | null): User | null {
  const [name = '', group] = imageUser.split(':');
  if (name === '') return DEFAULT_USER;
  if (/^\d+$/.test(name)) {
    const uid = Number(name);
    const gid =
      group !== undefined && /^\d+$/.test(group) ? Number(group) : (passwdEntry(passwd, (fields) => fields[2] === name)?.gid ?? uid);
    return orDefault({ uid, gid });
  }
  const entry = passwdEntry(passwd, (fields) => fields[0] === name);
  return entry && orDefault(entry);
}

/** Root in the container is not granted: it would be root on the host's files that it gets hold of. */
const orDefault = (user: User): User => (user.uid === 0 ? DEFAULT_USER : { uid: user.uid, gid: user.gid === 0 ? user.uid : user.gid });

export const needsPasswd = (imageUser: string): boolean => imageUser !== '' && !/^\d+:\d+$/.test(imageUser);

function passwdEntry(passwd: string | null, matches: (fields: string[]) => boolean): User | null {
  const fields = passwd
    ?.split('\n')
    .map((line) => line.split(':'))
    .find(matches);
  const [uid, gid] = [Number(fields?.[2]), Number(fields?.[3])];
  return fields && Number.isInteger(uid) && Number.isInteger(gid) ? { uid, gid } : null;
}
