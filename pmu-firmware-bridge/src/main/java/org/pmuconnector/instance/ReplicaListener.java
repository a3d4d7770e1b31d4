package org.pmuconnector.instance;

import org.pmuconnector.log.CommittedSet;

/**
 * To whom a replica delivers. Calls never overlap. An exception means that the call did not succeed: the replica logs
 * it, waits a little and makes the same call again.
 */
public interface ReplicaListener {

    /** A committed set, in commit order; the newest base first. */
    void deliver(CommittedSet set) throws Exception;

    /** This instance is the primary and may write; everything committed before has been delivered. */
    void primary(Term term) throws Exception;

    /** Another instance took over. */
    void fenced(Term term) throws Exception;

    /** Everything is delivered anew, from the newest base. */
    void reset(String region, String reason) throws Exception;
}
