'use client';
import type { BuyerRouter } from '@muster/api/types';
import { createTRPCContext } from '@trpc/tanstack-react-query';

export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<BuyerRouter>();
