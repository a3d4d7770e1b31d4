package org.pmuconnector.daemon;

import java.io.PrintWriter;
import java.util.List;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.control.wire.Resolution;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Decides about a transaction branch whose transaction manager does not come back. */
@Command(
        name = "settle",
        description = {
            "Decides about a transaction branch in doubt in place of its transaction manager, or forgets such a decision.",
            "Only where that one does not come back: the other resources of the transaction may have ended otherwise. It is"
                    + " told of the decision when it asks, as of a heuristic one."
        })
final class SettleCommand extends AddressedCommand {

    /** What becomes of the branch. */
    enum Decision {
        COMMIT,
        ROLLBACK,
        FORGET
    }

    @Parameters(index = "1", paramLabel = "REGION", description = "The region.")
    private String region;

    @Parameters(index = "2", paramLabel = "BRANCH", description = "The branch as 'pmu log --in-doubt' shows it.")
    private String branch;

    @Parameters(index = "3", paramLabel = "DECISION", description = "commit, rollback or forget.")
    private Decision decision;

    @Option(names = "--instance", paramLabel = "NAME", description = "Whose branch, where two have one of that name.")
    private String instance;

    @Override
    int run(UnitAccess unit, PrintWriter out) throws PmuException {
        InDoubtBranches.Entry entry = find(unit);
        if (decision == Decision.FORGET) {
            unit.forget(region, entry.branch());
            out.println("forgotten: what was decided about branch " + branch);
            return 0;
        }
        boolean commit = decision == Decision.COMMIT;
        Resolution holds = unit.resolve(region, entry.branch(), commit);
        if (holds.getCommit() != commit) {
            throw new PmuException(
                    holds.getCommit() ? ErrorCode.BRANCH_COMMITTED : ErrorCode.BRANCH_ROLLED_BACK,
                    "branch " + branch + " of instance " + entry.branch().instanceName() + " is decided already: "
                            + (holds.getCommit() ? "commit" : "rollback"));
        }
        RegionState state = unit.region(region);
        out.println("decided: " + (commit ? "commit" : "rollback") + " of branch " + branch + " of instance "
                + entry.branch().instanceName() + "; "
                + (state.getRole() == RegionState.Role.HELD
                        ? "the primary, " + state.getPrimaryInstance() + ", writes it"
                        : "the next primary writes it before all else"));
        return 0;
    }

    private InDoubtBranches.Entry find(UnitAccess unit) throws PmuException {
        List<InDoubtBranches.Entry> found = InDoubtBranches.read(unit, unit.openToRead(region)).named(branch).stream()
                .filter(entry ->
                        instance == null || entry.branch().instanceName().equals(instance))
                .toList();
        if (found.isEmpty()) {
            throw new PmuException(
                    ErrorCode.BRANCH_UNKNOWN,
                    "region " + region + " has no branch " + branch + " in doubt"
                            + (instance == null ? "" : " of " + instance)
                            + "; 'pmu log --in-doubt' shows those that it has");
        }
        if (found.size() > 1) {
            throw new PmuException(
                    ErrorCode.BAD_CONFIGURATION,
                    found.size() + " instances have a branch " + branch + ": say which by --instance");
        }
        return found.get(0);
    }
}
