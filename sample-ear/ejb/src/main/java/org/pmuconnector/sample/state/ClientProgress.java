package org.pmuconnector.sample.state;

/**
 * How far a client has come: what makes a repeated batch recognisable, also on the server that took over.
 *
 * @param lastBatchId the highest id of its batches, 1 or more
 * @param batches how many of its batches were recorded
 * @param messages how many messages they had
 * @param lastChecksum that batch's {@link Batch#checksum()}
 */
public record ClientProgress(long lastBatchId, long batches, long messages, int lastChecksum) {

    static ClientProgress after(ClientProgress former, Batch batch) {
        int count = batch.messages().size();
        if (former == null) {
            return new ClientProgress(batch.batchId(), 1, count, batch.checksum());
        }
        // Its transaction may have been in doubt while the client gave it up and went on.
        boolean late = batch.batchId() < former.lastBatchId;
        return new ClientProgress(
                late ? former.lastBatchId : batch.batchId(),
                former.batches + 1,
                former.messages + count,
                late ? former.lastChecksum : batch.checksum());
    }
}
