package org.pmuconnector.pmu.protection;

/** A kind of remote access. */
public enum Right {
    /** RDMA Read. */
    READ(1),
    /** RDMA Write. */
    WRITE(2);

    private final int bit;

    Right(int bit) {
        this.bit = bit;
    }

    int bit() {
        return bit;
    }
}
