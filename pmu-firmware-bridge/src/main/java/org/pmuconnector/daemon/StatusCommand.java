package org.pmuconnector.daemon;

import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.UUID;
import org.pmuconnector.control.wire.UnitState;
import org.pmuconnector.model.PmuException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows a unit. */
@Command(name = "status", description = "Shows what a unit is and how it is.")
final class StatusCommand extends AddressedCommand {

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    int run(UnitAccess access, PrintWriter out) throws PmuException {
        UnitState unit = access.unit();
        if (json) {
            Table wide = new Table(
                    "unit id",
                    "boot number",
                    "format version",
                    "size bytes",
                    "free bytes",
                    "uptime millis",
                    "connections",
                    "bound keys",
                    "regions",
                    "highest level",
                    "memory");
            wide.add(
                    unitId(unit),
                    unit.getBootNumber(),
                    unit.getFormatVersion(),
                    unit.getSizeBytes(),
                    unit.getFreeBytes(),
                    unit.getUptimeMillis(),
                    unit.getConnections(),
                    unit.getBoundKeys(),
                    unit.getRegions(),
                    unit.getHighestLevel(),
                    unit.getMemory());
            wide.print(out, true);
            return 0;
        }
        Table table = new Table("what", "value");
        table.add("unit id", unitId(unit));
        table.add("boot number", Long.toString(unit.getBootNumber()));
        table.add("format version", Integer.toString(unit.getFormatVersion()));
        table.add("memory", unit.getMemory());
        table.add("highest level", unit.getHighestLevel());
        table.add("size", ByteSize.shown(unit.getSizeBytes()));
        table.add("free", ByteSize.shown(unit.getFreeBytes()));
        table.add("up for", Duration.ofMillis(unit.getUptimeMillis()).toString());
        table.add("connections", Integer.toString(unit.getConnections()));
        table.add("bound keys", Integer.toString(unit.getBoundKeys()));
        table.add("regions", Integer.toString(unit.getRegions()));
        table.print(out, false);
        return 0;
    }

    private static UUID unitId(UnitState unit) {
        ByteBuffer id = unit.getUnitId().asReadOnlyByteBuffer();
        return id.remaining() == 2 * Long.BYTES ? new UUID(id.getLong(), id.getLong()) : new UUID(0, 0);
    }
}
