package org.pmuconnector.instance;

import org.pmuconnector.control.wire.Level;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.control.wire.RetentionPolicy;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.Retention;

/**
 * A region, and what it is to be like. What is left open is taken as it is where the region exists.
 *
 * @param name letters, digits, '.', '_' and '-', at most 128
 * @param create whether to create it where it is missing
 * @param sizeBytes its size; 0 leaves it open, {@value #DEFAULT_SIZE_BYTES} for a new one
 * @param maxBaseBytes the largest state for which room is kept; 0 leaves it open, an eighth of the size for a new one
 * @param level its persistence level; null leaves it open, the highest that the unit offers for a new one
 * @param retention what frees its room; null leaves it open, {@link Retention#BASE} for a new one
 */
public record RegionSettings(
        String name, boolean create, long sizeBytes, long maxBaseBytes, PersistenceLevel level, Retention retention) {

    /** The size of a new region where none is asked for: 64 MiB. */
    public static final long DEFAULT_SIZE_BYTES = 64L << 20;

    private static final long SIZE_UNIT_BYTES = 64 << 10;

    /**
     * These settings, with what they leave open taken from others for the same region.
     *
     * @throws PmuException {@code BAD_CONFIGURATION} if both ask for something, and not for the same
     */
    RegionSettings merged(RegionSettings other) throws PmuException {
        return new RegionSettings(
                name,
                create || other.create,
                merged("size", sizeBytes, other.sizeBytes, 0L),
                merged("longest base", maxBaseBytes, other.maxBaseBytes, 0L),
                merged("level", level, other.level, null),
                merged("retention", retention, other.retention, null));
    }

    private <T> T merged(String what, T mine, T others, T open) throws PmuException {
        if (mine == null || mine.equals(open)) {
            return others;
        }
        if (others == null || others.equals(open) || others.equals(mine)) {
            return mine;
        }
        throw new PmuException(
                ErrorCode.BAD_CONFIGURATION,
                "region '" + name + "' is configured with two different values in this adapter: " + what + " " + mine
                        + " and " + others + "; use one of them everywhere, or leave it open everywhere but once");
    }

    /**
     * Checks a region that exists.
     *
     * @throws PmuException {@code REGION_MISMATCH} if it is not what these settings ask for
     */
    void check(RegionState state) throws PmuException {
        if (sizeBytes != 0) {
            long rounded = (sizeBytes + SIZE_UNIT_BYTES - 1) / SIZE_UNIT_BYTES * SIZE_UNIT_BYTES;
            if (rounded > state.getSizeBytes()) {
                check("size", rounded, state.getSizeBytes());
            }
        }
        if (maxBaseBytes > state.getMaxBaseBytes()) {
            check("longest base", maxBaseBytes, state.getMaxBaseBytes());
        }
        if (level != null) {
            boolean persistent = state.getLevel() == Level.PERSISTENT;
            check("level", level, persistent ? PersistenceLevel.PERSISTENT : PersistenceLevel.VISIBLE);
        }
        if (retention != null) {
            boolean cleared = state.getRetention() == RetentionPolicy.RETAIN_CLEARED;
            check("retention", retention, cleared ? Retention.CLEARED : Retention.BASE);
        }
    }

    private void check(String what, Object wanted, Object present) throws PmuException {
        if (!wanted.equals(present)) {
            throw new PmuException(
                    ErrorCode.REGION_MISMATCH,
                    "region '" + name + "' has " + what + " " + present + ", and " + wanted
                            + " is configured; configure what it has, leave it open, or use another region");
        }
    }
}
