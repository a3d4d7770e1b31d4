package org.pmuconnector.it.failover;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Waits for what cannot tell by itself that it has come about. */
final class Eventually {

    /** Between two questions: whoever is asked has other work to do. */
    private static final long POLL_MILLIS = 20;

    private Eventually() {}

    /** A condition that is asked for. */
    interface Condition {
        boolean holds() throws Exception;
    }

    /** Something that is looked for. */
    interface Search<T> {
        Optional<T> find() throws Exception;
    }

    /** Asks until it holds. */
    static void holds(Condition condition, Duration atMost, String what) throws InterruptedException {
        found(() -> condition.holds() ? Optional.of(true) : Optional.empty(), atMost, what);
    }

    /** Looks until it is there. */
    static <T> T found(Search<T> search, Duration atMost, String what) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        try {
            Optional<T> found = search.find();
            while (found.isEmpty()) {
                assertThat(System.nanoTime()).as("waited for %s", what).isLessThan(deadline);
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
                found = search.find();
            }
            return found.get();
        } catch (InterruptedException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(what, e);
        }
    }
}
