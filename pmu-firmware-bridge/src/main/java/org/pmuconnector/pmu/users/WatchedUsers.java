package org.pmuconnector.pmu.users;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.pmuconnector.model.MonotonicClock;
import org.pmuconnector.model.PmuException;

/**
 * A running unit's users: the file's, read anew when it has changed. What cannot be understood changes nothing: the users
 * of before stay, and the log says so. One thread at a time.
 */
public final class WatchedUsers {

    private static final System.Logger LOG = System.getLogger(WatchedUsers.class.getName());
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final UsersFile file;
    private final MonotonicClock clock;
    private UserDirectory users;
    private UsersFile.Stamp stamp;
    private long lookedNanos;

    /**
     * Reads the file.
     *
     * @throws PmuException as {@link UsersFile#load}: a unit does not start with users that it cannot understand
     */
    public WatchedUsers(UsersFile file, MonotonicClock clock) throws PmuException {
        this.file = file;
        this.clock = clock;
        this.stamp = stampOrNull();
        this.users = file.load();
        this.lookedNanos = clock.nanoTime();
    }

    /** The users now. */
    public UserDirectory users() {
        return users;
    }

    /** Looks at the file if the last look is a second ago; true if the users have changed. */
    public boolean refresh() {
        long now = clock.nanoTime();
        if (now - lookedNanos < LOOK_NANOS) {
            return false;
        }
        lookedNanos = now;
        UsersFile.Stamp newest = stampOrNull();
        if (newest == null || newest.equals(stamp)) {
            return false;
        }
        // Before the reading: a change while it is read is seen the next time.
        stamp = newest;
        try {
            UserDirectory read = file.load();
            boolean changed = !read.equals(users);
            users = read;
            LOG.log(INFO, "users'' file {0} was read: {1}", file.path(), read);
            return changed;
        } catch (PmuException e) {
            LOG.log(WARNING, "{0}; the users of before stay: {1}", e.getMessage(), users);
            return false;
        }
    }

    private UsersFile.Stamp stampOrNull() {
        try {
            return file.stamp();
        } catch (IOException e) {
            LOG.log(WARNING, "users'' file {0} cannot be looked at: {1}", file.path(), e);
            return null;
        }
    }
}
