package org.pmuconnector.daemon;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.pmuconnector.control.wire.OpenRegionReply;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.daemon.transfer.RegionExport;
import org.pmuconnector.log.LogGeometry;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.firmware.OwnersFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Writes a region to a file. */
@Command(
        name = "export",
        description = {
            "Writes a region to a file, with all that belongs to it: its log as far as it is committed now, branches in "
                    + "doubt, epochs and subscriptions.",
            "The region may be in use; it is left as it is. The file holds its contents: nobody but its owner may read it."
        })
final class ExportCommand extends AddressedCommand {

    @Parameters(index = "1", paramLabel = "REGION", description = "The region.")
    private String region;

    @Parameters(index = "2", paramLabel = "FILE", description = "The file to write; it must not exist yet.")
    private Path file;

    @Override
    int run(UnitAccess unit, PrintWriter out) throws PmuException {
        OpenRegionReply opened = unit.openToRead(region);
        RegionState state = opened.getState();
        if (state.getResolutionsCount() > 0 || state.getPreparedClearsCount() > 0) {
            throw new PmuException(
                    ErrorCode.REGION_MISMATCH,
                    "region " + region
                            + " has outcomes of transaction branches that its primary has not written, or that"
                            + " nobody has forgotten, or clears in doubt, that an export would lose; 'pmu log --in-doubt' shows them");
        }
        OpenedMemory memory = new OpenedMemory(unit, opened);
        LogScan.Result scanned = new LogScan(
                        memory,
                        new LogGeometry(state.getSizeBytes(), state.getExtentBytes()),
                        () -> LogCommand.bounds(unit.region(region)))
                .run(record -> {});
        RegionExport.LogEnd end = new RegionExport.LogEnd(
                scanned.state().endPosition(),
                scanned.state().committedSequence(),
                scanned.state().prepared().size());
        write(unit, new RegionExport(memory, state), end);
        out.println("exported region " + region + " to " + file + ": committed sequence " + end.committedSequence()
                + ", " + end.inDoubtBranches() + " in doubt");
        return 0;
    }

    private void write(UnitAccess unit, RegionExport export, RegionExport.LogEnd end) throws PmuException {
        boolean whole = false;
        try (FileChannel channel = OwnersFile.create(file);
                OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel))) {
            try {
                export.write(out, unit.unit().getUnitId(), end, () -> unit.region(region), System.currentTimeMillis());
                out.flush();
                channel.force(true);
                OwnersFile.persistEntry(file);
                whole = true;
            } finally {
                if (!whole) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (FileAlreadyExistsException e) {
            throw new PmuException(
                    ErrorCode.BAD_CONFIGURATION,
                    file + " exists and is not overwritten; remove it or choose another file",
                    e);
        } catch (IOException e) {
            throw new PmuException(ErrorCode.BAD_CONFIGURATION, file + " cannot be written: " + e, e);
        }
    }
}
