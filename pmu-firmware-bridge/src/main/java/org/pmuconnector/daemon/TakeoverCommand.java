package org.pmuconnector.daemon;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** An operator's decision about a primary that hangs. */
@Command(
        name = "takeover",
        description = {
            "Takes a region from a primary that does not answer, and gives it to another instance.",
            "No write of the former primary can land when this returns. What it has acknowledged is kept; what it is"
                    + " writing may fail."
        })
final class TakeoverCommand extends SuccessionCommand {

    @Option(names = "--force", required = true, description = "That is meant: the primary is not asked.")
    private boolean force;

    @Override
    boolean isForced() {
        return force;
    }
}
