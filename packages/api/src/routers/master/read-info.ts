import { publicProcedure } from '../../buyer-trpc.ts';
import { masterInfoShape } from '../../shapes/master.ts';

export const readMasterInfo = publicProcedure.output(masterInfoShape).query(({ ctx }) => ctx.services.master.info());
