package org.pmuconnector.pmu.firmware;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.pmuconnector.pmu.nic.ProtectionFaultException.Fault;

/**
 * How much was accessed since the unit was started. Counting takes no lock; numbers read while accesses go on may be of
 * slightly different moments.
 */
public final class AccessCounters {

    private final LongAdder writes = new LongAdder();
    private final LongAdder writtenBytes = new LongAdder();
    private final LongAdder reads = new LongAdder();
    private final LongAdder readBytes = new LongAdder();
    private final LongAdder persists = new LongAdder();
    private final LongAdder persistedBytes = new LongAdder();
    private final LongAdder persistNanos = new LongAdder();
    private final Map<Fault, LongAdder> refusals = new EnumMap<>(Fault.class);

    AccessCounters() {
        for (Fault fault : Fault.values()) {
            refusals.put(fault, new LongAdder());
        }
    }

    void wrote(long bytes) {
        writes.increment();
        writtenBytes.add(bytes);
    }

    void read(long bytes) {
        reads.increment();
        readBytes.add(bytes);
    }

    void persisted(long bytes, long nanos) {
        persists.increment();
        persistedBytes.add(bytes);
        persistNanos.add(nanos);
    }

    void refused(Fault fault) {
        refusals.get(fault).increment();
    }

    /** Segments of RDMA Writes placed. */
    public long writes() {
        return writes.sum();
    }

    /** Bytes placed by RDMA Writes. */
    public long writtenBytes() {
        return writtenBytes.sum();
    }

    /** Segments fetched for RDMA Reads. */
    public long reads() {
        return reads.sum();
    }

    /** Bytes fetched for RDMA Reads. */
    public long readBytes() {
        return readBytes.sum();
    }

    /** Flushes to the persistent level that succeeded. */
    public long persists() {
        return persists.sum();
    }

    /** Bytes of the ranges that these flushes named. */
    public long persistedBytes() {
        return persistedBytes.sum();
    }

    /** Nanoseconds that these flushes took, added up. */
    public long persistNanos() {
        return persistNanos.sum();
    }

    /** Accesses that the tables refused for a reason. */
    public long refusals(Fault fault) {
        return refusals.get(fault).sum();
    }
}
