package org.pmuconnector.it.vm;

import java.time.Duration;

/**
 * Reads a ledger and goes on writing it, inside the machine that loses its power: only there does RDMA reach the unit. What
 * it found and each acknowledgement are lines for who is outside.
 */
final class LedgerProgram {

    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private LedgerProgram() {}

    /** Takes the unit's address and the seed. */
    public static void main(String[] args) throws Exception {
        long seed = Long.parseLong(args[1]);
        try (Ledger ledger = new Ledger(args[0])) {
            ledger.awaitPrimary(PATIENCE);
            Ledger.Contents contents = ledger.read(seed);
            tell("found " + contents.sets() + " sets");
            Thread[] threads = new Thread[Ledger.WRITERS];
            Writer[] writers = new Writer[Ledger.WRITERS];
            for (int index = 0; index < Ledger.WRITERS; index++) {
                int name = index;
                long written = contents.groups().get(index);
                tell("found " + name + " " + written);
                writers[index] = new Writer(
                        ledger.region(), index, seed, written, number -> tell("acknowledged " + name + " " + number));
                threads[index] = new Thread(writers[index], "writer-" + index);
            }
            for (Thread thread : threads) {
                thread.start();
            }
            for (int index = 0; index < Ledger.WRITERS; index++) {
                threads[index].join();
                tell("writer " + index + " has ended: " + writers[index].failure());
            }
        }
    }

    private static synchronized void tell(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
