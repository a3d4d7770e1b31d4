package org.pmuconnector.pmu.protection;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * Revocation, model-checked: of generated programs for a manager and for connections, interleavings at every access to
 * shared memory are tried, and each outcome must be that of some order of whole operations. A write that landed after
 * {@code revoke} had returned would be seen by a read that the order has no place for.
 *
 * <p>{@code -Dpmu.lincheck.iterations} tries more programs, {@code -Dpmu.lincheck.interleavings} more of each.
 */
class RevocationModelTest {

    private static final int ITERATIONS = Integer.getInteger("pmu.lincheck.iterations", 3);
    private static final int INTERLEAVINGS = Integer.getInteger("pmu.lincheck.interleavings", 200);

    /** One key's worth of memory. Public, as its operations must be. */
    public static class GatedMemory {

        private static final Set<Right> WRITE = EnumSet.of(Right.WRITE);

        /** With room for one key: every binding has the same index, and a key that was revoked differs in its tag alone. */
        private final ProtectionTable table = new ProtectionTable(1, () -> 0L);

        private volatile int key = bindNew();
        private int memory;

        private int bindNew() {
            return table.bind(new KeyBinding(1, 0, 1, WRITE, 1));
        }

        /** A connection's access, as the bridge performs it. */
        @Operation
        public boolean write(@Param(gen = IntGen.class, conf = "1:3") int value) {
            ProtectionEntry entry = table.lookup(key);
            if (entry == null || entry.check(1, 0, 1, Right.WRITE) != Verdict.GRANTED || !entry.enter()) {
                return false;
            }
            try {
                memory = value;
                return true;
            } finally {
                entry.exit();
            }
        }

        /** Takes the key away; the memory is the manager's alone then. */
        @Operation(nonParallelGroup = "manager")
        public int revoke() {
            table.revoke(List.of(key));
            return memory;
        }

        /** The memory of a key that was revoked does not change. */
        @Operation(nonParallelGroup = "manager")
        public int revokeAndLookAgain() {
            table.revoke(List.of(key));
            int first = memory;
            return first == memory ? first : Integer.MIN_VALUE;
        }

        /** Gives the same index away again. */
        @Operation(nonParallelGroup = "manager")
        public boolean bind() {
            if (table.freeCount() == 0) {
                return false;
            }
            key = bindNew();
            return true;
        }
    }

    @Test
    void revoke_allInterleavings_nothingLandsAfterwards() {
        new ModelCheckingOptions()
                .iterations(ITERATIONS)
                .invocationsPerIteration(INTERLEAVINGS)
                .threads(2)
                .actorsPerThread(2)
                .actorsBefore(0)
                .actorsAfter(1)
                .check(GatedMemory.class);
    }
}
