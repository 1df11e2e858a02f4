// A typed, validated procedure without a database, mounted through the product's own fast path for agents. Every procedure of the
// product's routers reads or writes rows, so the router is the bench's; everything around it is what agents' requests go through.
import { agentProcedure, agentRouter } from '@muster/api/agent-trpc';
import { createFastPost } from '@muster/api/http/fast-post';
import { frameSchema } from '@muster/protocol/messages/frame';
import { serveParent } from '../child.ts';
import { listen } from './listen.ts';

const PREFIX = '/master/';
const router = agentRouter({ echo: agentProcedure.input(frameSchema).mutation(({ input }) => input) });

serveParent(async () => {
  const post = createFastPost({
    router,
    // The procedure looks at no service; a context that had them would need a database.
    createContext: () => Object.create(null),
    maxBytes: 12 * 1024 * 1024,
    onFailure: (error, path) => console.error(`the procedure ${path} failed`, error),
  });
  const url = await listen((req, res) => {
    const path = (req.url ?? '/').split('?', 1)[0] ?? '/';
    if (path.startsWith(PREFIX)) void post(req, res, path.slice(PREFIX.length));
    else res.writeHead(404).end();
  });
  return `${url}${PREFIX}echo`;
});
