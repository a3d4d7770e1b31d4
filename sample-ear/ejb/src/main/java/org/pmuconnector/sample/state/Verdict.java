package org.pmuconnector.sample.state;

/** What is to be done with a batch, given the state. */
public enum Verdict {
    /** Record it. */
    NEW,
    /** It was recorded before: acknowledge it again, change nothing. */
    DUPLICATE,
    /** Another batch was recorded under this id: the sender is in error. */
    ID_REUSED,
    /** There would be more clients than {@link DeskState#MAX_CLIENTS}. */
    TOO_MANY_CLIENTS,
    /** There would be more books than {@link DeskState#MAX_BOOKS}. */
    TOO_MANY_BOOKS,
    /** There could be more resting orders than {@link DeskState#MAX_RESTING_ORDERS}. */
    TOO_MANY_ORDERS
}
