package org.pmuconnector.sample.state;

/**
 * How far a client has come: what makes a repeated batch recognisable, also on the server that took over.
 *
 * @param lastBatchId the id of its last batch, 1 or more
 * @param batches how many of its batches were recorded
 * @param messages how many messages they had
 * @param lastChecksum the last batch's {@link Batch#checksum()}
 */
public record ClientProgress(long lastBatchId, long batches, long messages, int lastChecksum) {

    static ClientProgress after(ClientProgress former, Batch batch) {
        long batches = former == null ? 0 : former.batches;
        long messages = former == null ? 0 : former.messages;
        return new ClientProgress(
                batch.batchId(), batches + 1, messages + batch.messages().size(), batch.checksum());
    }
}
