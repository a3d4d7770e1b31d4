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

    /** Some hundred milliseconds' work: well within the shortest lease that is of use. */
    private static final int HURRIED_STEPS = 16;

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

    /**
     * Does what is left, or as much of it as can be done while others wait: somebody needs the room now.
     *
     * @return whether anything was done
     */
    boolean hurry() {
        boolean any = !tasks.isEmpty();
        for (int step = 0; step < HURRIED_STEPS && !tasks.isEmpty(); step++) {
            tick();
        }
        return any;
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
