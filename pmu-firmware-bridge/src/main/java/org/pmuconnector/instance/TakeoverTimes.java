package org.pmuconnector.instance;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import org.pmuconnector.model.LogMessage;

/**
 * How long an instance's way to be a region's primary took, stage by stage; each begins where the one before it ends.
 *
 * @param grantNanos from the claim until the manager's grant was here
 * @param fenceNanos of that, by the manager's clock, until the former primary could not write any more
 * @param readNanos until all was read that had been committed
 * @param sets that were read meanwhile
 * @param sealNanos until the epoch's first record was in the log
 * @param deliverNanos until the listener had taken what was unread
 * @param tellNanos until it had been told that it is the primary
 */
public record TakeoverTimes(
        long grantNanos, long fenceNanos, long readNanos, int sets, long sealNanos, long deliverNanos, long tellNanos) {

    /** From the claim until the listener had been told. */
    public long totalNanos() {
        return grantNanos + readNanos + sealNanos + deliverNanos + tellNanos;
    }

    void log(System.Logger logger, String instance, String region, long epoch) {
        LogMessage.TOOK_OVER.log(
                logger,
                instance,
                region,
                epoch,
                NANOSECONDS.toMicros(totalNanos()),
                NANOSECONDS.toMicros(grantNanos),
                sets,
                NANOSECONDS.toMicros(readNanos),
                NANOSECONDS.toMicros(sealNanos),
                NANOSECONDS.toMicros(deliverNanos),
                NANOSECONDS.toMicros(tellNanos));
    }
}
