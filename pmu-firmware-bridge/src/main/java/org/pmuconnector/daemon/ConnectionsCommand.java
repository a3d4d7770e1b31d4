package org.pmuconnector.daemon;

import java.io.PrintWriter;
import org.pmuconnector.control.wire.ConnectionState;
import org.pmuconnector.control.wire.Hello;
import org.pmuconnector.model.PmuException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists a unit's connections. */
@Command(name = "connections", description = "Lists a unit's connections, this command's own among them.")
final class ConnectionsCommand extends AddressedCommand {

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    int run(UnitAccess unit, PrintWriter out) throws PmuException {
        Table table = new Table("id", "peer", "purpose", "instance", "principal", "region", "keys", "connected millis");
        for (ConnectionState connection : unit.connections()) {
            boolean greeted = connection.getPurpose() != Hello.Purpose.PURPOSE_UNSPECIFIED;
            table.add(
                    connection.getId(),
                    connection.getPeer(),
                    greeted ? connection.getPurpose() : "NONE YET",
                    connection.getInstanceName(),
                    connection.getPrincipal(),
                    connection.getRegion(),
                    connection.getKeys(),
                    connection.getConnectedMillis());
        }
        table.print(out, json);
        return 0;
    }
}
