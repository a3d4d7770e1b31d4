package org.pmuconnector.daemon.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.pmuconnector.control.wire.CreateRegion;
import org.pmuconnector.control.wire.EpochStart;
import org.pmuconnector.control.wire.FinishImport;
import org.pmuconnector.control.wire.ImportRegion;
import org.pmuconnector.control.wire.Level;
import org.pmuconnector.control.wire.ParkedSet;
import org.pmuconnector.control.wire.Subscription;
import org.pmuconnector.daemon.transfer.wire.ExportEnd;
import org.pmuconnector.daemon.transfer.wire.ExportHeader;
import org.pmuconnector.daemon.transfer.wire.ExportPart;
import org.pmuconnector.log.LogGeometry;
import org.pmuconnector.log.RegionMemory;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/** Reads an exported region into a unit. */
public final class RegionImport {

    private final ExportReader reader;
    private final String region;

    /**
     * An import; reads the file's header.
     *
     * @param fileName for messages
     * @param newName of the region, null for the name that it had
     * @throws PmuException {@code BAD_CONFIGURATION} if the file is no exported region, or of another format
     */
    public RegionImport(InputStream in, String fileName, String newName) throws IOException, PmuException {
        this.reader = new ExportReader(in, fileName);
        this.region = newName == null ? reader.header().getRegion() : newName;
    }

    /** What to ask the unit for first. */
    public ImportRegion request() {
        ExportHeader header = reader.header();
        return ImportRegion.newBuilder()
                .setExtentBytes(header.getExtentBytes())
                .setProperties(CreateRegion.newBuilder()
                        .setRegion(region)
                        .setSizeBytes(header.getSizeBytes())
                        .setMaxBaseBytes(header.getMaxBaseBytes())
                        .setLevelValue(header.getLevel())
                        .setRetentionValue(header.getRetention()))
                .build();
    }

    /**
     * Fills the region.
     *
     * @param memory of the region that the unit has made for it
     * @return what to ask the unit for then
     * @throws PmuException {@code BAD_CONFIGURATION} if the file is damaged: the region must not be finished then
     */
    public FinishImport fill(RegionMemory memory) throws IOException, PmuException {
        ExportHeader header = reader.header();
        LogGeometry geometry = new LogGeometry(header.getSizeBytes(), header.getExtentBytes());
        ExportPart part = reader.next();
        long firstPosition = part == null ? 0 : part.getPosition();
        while (part != null) {
            int length = part.getContent().size();
            if (length > geometry.contiguousBytes(part.getPosition())
                    || part.getPosition() + length - firstPosition > header.getSizeBytes()) {
                throw new PmuException(
                        ErrorCode.BAD_CONFIGURATION,
                        "the file's part at log position " + part.getPosition()
                                + " is not within the region; export it again");
            }
            long offset = geometry.offset(part.getPosition());
            memory.write(offset, ByteBuffer.wrap(part.getContent().toByteArray()));
            memory.flush(offset, length);
            part = reader.next();
        }
        return finish(reader.end());
    }

    private FinishImport finish(ExportEnd end) {
        FinishImport.Builder finish = FinishImport.newBuilder()
                .setRegion(region)
                .setEpoch(end.getEpoch())
                .setTrimPosition(end.getTrimPosition());
        end.getEpochStartsList()
                .forEach(start -> finish.addEpochStarts(EpochStart.newBuilder()
                        .setEpoch(start.getEpoch())
                        .setStartPosition(start.getStartPosition())
                        .setSalt(start.getSalt())));
        end.getSubscriptionsList()
                .forEach(subscription -> finish.addSubscriptions(Subscription.newBuilder()
                        .setName(subscription.getName())
                        .setCursorSequence(subscription.getCursorSequence())
                        .addAllParked(subscription.getParkedList().stream()
                                .map(set -> ParkedSet.newBuilder()
                                        .setSequence(set.getSequence())
                                        .setReason(set.getReason())
                                        .build())
                                .toList())));
        return finish.build();
    }

    /** Whether the region's writers ask for persistence: its bytes must be flushed so. */
    public boolean isPersistent() {
        return reader.header().getLevel() == Level.PERSISTENT_VALUE;
    }
}
