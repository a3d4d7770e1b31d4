package org.pmuconnector.pmu.manager;

import static java.lang.System.Logger.Level.ERROR;

import java.util.ArrayDeque;
import java.util.Deque;
import org.pmuconnector.model.PmuException;

/**
 * Work on the unit's memory that takes longer than a request may: it is done in short steps, as time passes, so that
 * nobody waits for the manager's lock. One thread at a time, under that lock.
 */
final class Housekeeping {

    private static final System.Logger LOG = System.getLogger(Housekeeping.class.getName());

    /** A piece of work. */
    interface Task {

        /**
         * Does some milliseconds' work.
         *
         * @return whether all is done
         * @throws PmuException if it cannot be done; it is given up then, until the unit's next start
         */
        boolean step() throws PmuException;

        /** For a person: what the work is. */
        String what();
    }

    private final Deque<Task> tasks = new ArrayDeque<>();

    void add(Task task) {
        tasks.add(task);
    }

    /** Does one step of what was added first. */
    void tick() {
        Task task = tasks.peek();
        if (task == null) {
            return;
        }
        try {
            if (!task.step()) {
                return;
            }
        } catch (PmuException e) {
            LOG.log(ERROR, "{0} is given up until the unit is started again: {1}", task.what(), e.getMessage());
        }
        tasks.remove();
    }
}
