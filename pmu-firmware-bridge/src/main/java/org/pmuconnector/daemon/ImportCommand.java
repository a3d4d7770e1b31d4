package org.pmuconnector.daemon;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.pmuconnector.control.wire.OpenRegionReply;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.daemon.transfer.RegionImport;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a region from a file. */
@Command(
        name = "import",
        description = {
            "Makes a region from a file that export wrote. There must be none of its name.",
            "It is there when all of it is, or not at all."
        })
final class ImportCommand extends AddressedCommand {

    @Parameters(index = "1", paramLabel = "FILE", description = "The file.")
    private Path file;

    @Option(
            names = "--as",
            paramLabel = "REGION",
            description = "The region's new name; that which it had if left out.")
    private String newName;

    @Override
    int run(UnitAccess unit, PrintWriter out) throws PmuException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            RegionImport source = new RegionImport(in, file.toString(), newName);
            OpenRegionReply opened = unit.beginImport(source.request());
            PersistenceLevel level = source.isPersistent() ? PersistenceLevel.PERSISTENT : PersistenceLevel.VISIBLE;
            RegionState imported = unit.finishImport(source.fill(new OpenedMemory(unit, opened, level)));
            out.println("imported region " + imported.getRegion() + ", " + ByteSize.shown(imported.getSizeBytes())
                    + ", epoch " + imported.getEpoch());
            return 0;
        } catch (IOException e) {
            throw new PmuException(ErrorCode.BAD_CONFIGURATION, file + " cannot be read: " + e, e);
        }
    }
}
