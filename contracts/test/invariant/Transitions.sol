// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Standing} from "../../src/interfaces/IComputeRegistry.sol";

/// @notice The table of all transitions between standings, and which act makes each. Nothing else may ever happen.
abstract contract Transitions {
    enum Act {
        Manage, // anything that changes no standing
        Register,
        Vote,
        Leave,
        Eject,
        Close,
        Wait
    }

    function isAllowed(Act act, bool sameRun, bool sameNode, Standing from, Standing to) internal pure returns (bool) {
        // Two transitions are nobody's act on one node: time lapses, and a close ends a whole run.
        if (act == Act.Wait) return from == Standing.Pending && to == Standing.Lapsed;
        bool live = from == Standing.Pending || from == Standing.Approved;
        if (act == Act.Close) return sameRun && live && to == Standing.Closed;

        if (!sameRun || !sameNode) return false;
        if (act == Act.Leave) return live && to == Standing.Left;
        if (act == Act.Eject) return live && to == Standing.Ejected;
        if (act == Act.Register) {
            bool again = from == Standing.Rejected || from == Standing.Left || from == Standing.Ejected
                || from == Standing.Lapsed;
            return (from == Standing.None || again) && to == Standing.Pending;
        }
        if (act == Act.Vote) {
            if (from == Standing.Pending) {
                // One act may cast several verdicts, but a settled round takes no more in the same second.
                return to == Standing.Approved || to == Standing.Rejected;
            }
            return from == Standing.Approved && to == Standing.Invalidated;
        }
        return false;
    }
}
