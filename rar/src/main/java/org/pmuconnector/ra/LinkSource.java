package org.pmuconnector.ra;

import org.pmuconnector.model.Durability;
import org.pmuconnector.model.PmuException;

/** Lends a connected link for one operation. */
interface LinkSource {

    /** Something done with a link. */
    interface Operation<T> {

        /** Does it; the link must not be kept. */
        T on(RegionLink link) throws PmuException;
    }

    /**
     * Does an operation on a link that nobody else uses meanwhile.
     *
     * @throws PmuException the operation's, or why there is no link
     */
    <T> T withLink(Operation<T> operation) throws PmuException;

    /**
     * This source, or another where this one's connection has ended before anything was written: for operations that any
     * connection can do.
     */
    default LinkSource orElse(LinkSource other) {
        LinkSource first = this;
        return new LinkSource() {
            @Override
            public <T> T withLink(Operation<T> operation) throws PmuException {
                try {
                    return first.withLink(operation);
                } catch (PmuException e) {
                    boolean lost =
                            switch (e.code()) {
                                case CONNECTION_LOST, DEADLINE_EXCEEDED, UNIT_UNREACHABLE -> true;
                                default -> false;
                            };
                    if (!lost || e.durability() != Durability.NOT_WRITTEN) {
                        throw e;
                    }
                    return other.withLink(operation);
                }
            }
        };
    }
}
