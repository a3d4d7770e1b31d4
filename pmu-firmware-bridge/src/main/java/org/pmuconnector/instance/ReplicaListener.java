package org.pmuconnector.instance;

import java.util.List;
import org.pmuconnector.log.CommittedSet;
import org.pmuconnector.model.CursorMove;

/**
 * To whom a replica delivers. Calls never overlap. An exception means that the call did not succeed: the replica logs
 * it, waits a little and makes the same call again.
 */
public interface ReplicaListener {

    /**
     * Committed sets, in commit order; the newest base first where the listener's state is in memory.
     *
     * @param sets one or more: all of them are taken or none
     * @param clearing what the listener has to clear in the same transaction; null where the replica moves the cursor
     */
    void deliver(List<CommittedSet> sets, CursorMove clearing) throws Exception;

    /** This instance is the primary and may write; everything committed before has been delivered. */
    void primary(Term term) throws Exception;

    /** Another instance took over. */
    void fenced(Term term) throws Exception;

    /** Everything is delivered anew, from the newest base. */
    void reset(String region, String reason) throws Exception;
}
