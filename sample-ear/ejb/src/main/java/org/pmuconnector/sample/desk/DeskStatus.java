package org.pmuconnector.sample.desk;

import java.util.List;
import org.pmuconnector.checkpoint.PrimaryTerm;

/**
 * What there is to see of the desk at one moment.
 *
 * @param server this server's name
 * @param role what it does
 * @param epoch the newest term known here; 0 before the first
 * @param term the last term in which this server was the primary; null before the first
 * @param sequence the region's newest sequence that the state includes
 * @param updatesSinceBase updates since the last base
 * @param updatesPerBase updates after which a primary writes the next base
 * @param batches batches in the state
 * @param messages messages in the state
 * @param restingOrders orders resting in all books
 * @param clients clients in the state
 * @param books the books' names
 * @param activity what this server has done
 * @param trouble the last thing that went wrong and has not been put right; empty if nothing
 */
public record DeskStatus(
        String server,
        Role role,
        long epoch,
        PrimaryTerm term,
        long sequence,
        long updatesSinceBase,
        int updatesPerBase,
        long batches,
        long messages,
        long restingOrders,
        int clients,
        List<String> books,
        Activity activity,
        String trouble) {

    /** Copies the list. */
    public DeskStatus {
        books = List.copyOf(books);
    }

    /** Whether this server is the primary and its term is known to go on now, not only when the status was taken. */
    public boolean isCurrentPrimary() {
        return role == Role.PRIMARY && term.isValid();
    }
}
