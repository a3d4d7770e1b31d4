package org.pmuconnector.instance;

import java.util.List;
import java.util.function.BooleanSupplier;
import org.pmuconnector.log.PreparedGroup;
import org.pmuconnector.model.PmuException;

/** The time during which this instance is a region's primary. Safe for use by many threads. */
public final class Term {

    private final String region;
    private final long epoch;
    private final List<PreparedGroup> inDoubt;
    private final List<Parked> parked;
    private final BooleanSupplier valid;
    private final Handing handing;

    /** Gives the region to another instance. */
    interface Handing {
        void over(String successor) throws PmuException;
    }

    Term(
            String region,
            long epoch,
            List<PreparedGroup> inDoubt,
            List<Parked> parked,
            BooleanSupplier valid,
            Handing handing) {
        this.region = region;
        this.epoch = epoch;
        this.inDoubt = List.copyOf(inDoubt);
        this.parked = List.copyOf(parked);
        this.valid = valid;
        this.handing = handing;
    }

    /** The region's name. */
    public String region() {
        return region;
    }

    /** Its epoch. */
    public long epoch() {
        return epoch;
    }

    /** The branches in doubt when the term began. */
    public List<PreparedGroup> inDoubt() {
        return inDoubt;
    }

    /** What was laid aside when the term began, because an application could not take it. */
    public List<Parked> parked() {
        return parked;
    }

    /** Whether the session is within its lease and nobody else is known to have taken over. */
    public boolean isValid() {
        return valid.getAsBoolean();
    }

    /**
     * Asks for another instance to become the primary; the listener is told when it has.
     *
     * @param successor empty for any that stands by
     * @throws PmuException {@code NO_STANDBY}; {@code NOT_PRIMARY} or {@code FENCED_OFF} if the term is over
     */
    public void handOver(String successor) throws PmuException {
        handing.over(successor);
    }

    @Override
    public String toString() {
        return "term of epoch " + epoch + " for region " + region;
    }
}
