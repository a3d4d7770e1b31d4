package org.pmuconnector.daemon;

import java.io.PrintWriter;
import org.pmuconnector.control.wire.KeyState;
import org.pmuconnector.model.PmuException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists the keys that are bound at a unit. */
@Command(
        name = "keys",
        description = {
            "Lists the keys that are bound at a unit: to which connection, for which region, with which right.",
            "Only the index of a key is shown, not its tag."
        })
final class KeysCommand extends AddressedCommand {

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    int run(UnitAccess unit, PrintWriter out) throws PmuException {
        Table table = new Table("index", "connection", "region", "right", "epoch", "length bytes");
        for (KeyState key : unit.keys()) {
            table.add(
                    key.getIndex(),
                    key.getConnectionId(),
                    key.getRegion(),
                    key.getWrite() ? "WRITE" : "READ",
                    key.getEpoch(),
                    key.getLengthBytes());
        }
        table.print(out, json);
        return 0;
    }
}
