import type { AnyTRPCProcedure } from '@trpc/server';
import type { BuyerRouter, DiscoveryRouter, MasterRouter } from './types.ts';

/**
 * Who may call what. A procedure that is missing here fails the type check, and access-matrix.int.test.ts calls each one as each role
 * on a real chain and database. Every role signs in with a wallet where a procedure asks for one: a validator is "another wallet" there.
 */
export const ROLES = ['anonymous', 'other-buyer', 'owner', 'node', 'validator', 'master'] as const;
export type Role = (typeof ROLES)[number];

export type Access = Readonly<Record<Role, boolean>>;

type PathsOf<Record_> = {
  [K in keyof Record_ & string]: Record_[K] extends AnyTRPCProcedure ? K : `${K}.${PathsOf<Record_[K]>}`;
}[keyof Record_ & string];
type Routers = { buyer: BuyerRouter; discovery: DiscoveryRouter; session: MasterRouter };
/** Every procedure of every router, such as `buyer:run.get`. */
export type ProcedurePath = { [R in keyof Routers & string]: `${R}:${PathsOf<Routers[R]['_def']['record']>}` }[keyof Routers & string];

const grant = (...roles: Role[]): Access => ({
  anonymous: roles.includes('anonymous'),
  'other-buyer': roles.includes('other-buyer'),
  owner: roles.includes('owner'),
  node: roles.includes('node'),
  validator: roles.includes('validator'),
  master: roles.includes('master'),
});

const EVERYBODY = grant(...ROLES);
const SIGNED_IN = grant('other-buyer', 'owner', 'node', 'validator', 'master');
/** The on-chain owner of the run that the input names. */
const OWNER = grant('owner');
/** The node itself, by its key or by the MAC of its session. */
const NODE = grant('node');

export const ACCESS_MATRIX = {
  'buyer:auth.nonce': EVERYBODY,
  'buyer:auth.signIn': EVERYBODY,
  'buyer:auth.session': EVERYBODY,
  'buyer:auth.signOut': EVERYBODY,
  'buyer:master.info': EVERYBODY,
  'buyer:run.list': SIGNED_IN,
  'buyer:run.get': OWNER,
  'buyer:run.watch': OWNER,
  'buyer:run.timeline': OWNER,
  'buyer:node.list': OWNER,
  'buyer:node.get': OWNER,
  'buyer:node.drain': OWNER,
  'buyer:task.create': OWNER,
  'buyer:task.list': OWNER,
  'buyer:task.get': OWNER,
  'buyer:task.stop': OWNER,
  'buyer:task.restart': OWNER,
  'buyer:task.inspect': OWNER,
  'buyer:task.sync': OWNER,
  'buyer:task.seal': OWNER,
  'buyer:log.read': OWNER,
  'buyer:log.follow': OWNER,
  'buyer:snapshot.list': OWNER,
  'discovery:announce': NODE,
  'discovery:queryEndpoint': grant('validator', 'master'),
  // The evidence hash of a verdict on chain vouches for the document, whoever brings it.
  'discovery:publishEvidence': EVERYBODY,
  'discovery:relay': grant('validator', 'master'),
  'discovery:openRelay': NODE,
  'discovery:answerRelayed': NODE,
  'session:openSession': NODE,
  'session:wantedOrders': NODE,
  'session:heartbeat': NODE,
  'session:report': NODE,
  'session:logs': NODE,
  'session:acknowledgeSync': NODE,
  'session:orders': NODE,
} as const satisfies Record<ProcedurePath, Access>;

export const PROCEDURE_PATHS = Object.keys(ACCESS_MATRIX).filter((path): path is ProcedurePath => path in ACCESS_MATRIX);
