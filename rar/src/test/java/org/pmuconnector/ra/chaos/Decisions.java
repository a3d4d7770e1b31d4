package org.pmuconnector.ra.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Set;
import java.util.StringTokenizer;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/**
 * A transaction manager as far as branches need one: its decisions are in the history, which is there after its process has
 * ended, and whatever is in doubt without one is rolled back. Safe for use by many threads.
 */
final class Decisions {

    private final HistoryFile history;

    /** Operations whose branches are to commit: of this process and of those before it. */
    private final Set<String> decided = ConcurrentHashMap.newKeySet();

    /** Operations that a thread of this process is at: nobody else may settle these. */
    private final Set<String> active = ConcurrentHashMap.newKeySet();

    /** Decisions of this process. */
    Decisions(HistoryFile history) {
        this.history = history;
    }

    /** Takes over what a process decided that has ended; it may have ended before it had a file. */
    void inherit(Path former) throws IOException {
        if (!Files.exists(former)) {
            return;
        }
        try (Stream<String> lines = Files.lines(former)) {
            lines.forEach(line -> {
                StringTokenizer words = new StringTokenizer(line, " ");
                words.nextToken();
                if (words.nextToken().equals(HistoryFile.DECIDED)) {
                    decided.add(words.nextToken());
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** A thread is at an operation, until {@link #leave}. */
    void enter(String operation) {
        active.add(operation);
    }

    void leave(String operation) {
        active.remove(operation);
    }

    /** All branches of an operation are prepared: it is to commit from now on, whatever happens. */
    void decide(String operation) {
        decided.add(operation);
        history.decided(operation);
    }

    /**
     * Settles what is in doubt and nobody is at.
     *
     * @param resource of the instance whose branches these are
     * @param unsettled operations of this process that failed on their way; those that are settled are removed
     * @return whether nothing is left
     */
    boolean settle(XAResource resource, Collection<String> unsettled) throws XAException {
        Set<String> before = Set.copyOf(unsettled);
        Xid[] inDoubt = resource.recover(XAResource.TMSTARTRSCAN | XAResource.TMENDRSCAN);
        Set<String> left = ConcurrentHashMap.newKeySet();
        for (Xid xid : inDoubt) {
            String operation = ChaosXid.operationOf(xid);
            if (active.contains(operation)) {
                left.add(operation);
            } else if (decided.contains(operation)) {
                resource.commit(xid, false);
            } else {
                resource.rollback(xid);
            }
        }
        for (String operation : before) {
            // Not in doubt, now or any more: it is as was decided.
            history.returned(operation, decided.contains(operation) ? "ACKNOWLEDGED" : "NOT_WRITTEN", "LATE");
            unsettled.remove(operation);
        }
        return left.isEmpty() && unsettled.isEmpty();
    }
}
