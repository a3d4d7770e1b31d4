package org.pmuconnector.pmu.users;

import java.util.Collection;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** All users of a unit at one moment. Immutable. */
public final class UserDirectory {

    /** Nobody. */
    public static final UserDirectory EMPTY = new UserDirectory(new TreeMap<>());

    private final NavigableMap<String, User> byName;

    private UserDirectory(NavigableMap<String, User> byName) {
        this.byName = byName;
    }

    /** Those users; of two of the same name the later. */
    public static UserDirectory of(Collection<User> users) {
        TreeMap<String, User> byName = new TreeMap<>();
        users.forEach(user -> byName.put(user.name(), user));
        return new UserDirectory(byName);
    }

    /** A user, null if there is none of that name. */
    public User find(String name) {
        return byName.get(name);
    }

    /** All, by name. */
    public Collection<User> all() {
        return Collections.unmodifiableCollection(byName.values());
    }

    /** Whether there is nobody. */
    public boolean isEmpty() {
        return byName.isEmpty();
    }

    /** The same with that user, new or in place of the one of the same name. */
    public UserDirectory with(User user) {
        return changed(users -> {
            users.put(user.name(), user);
            return users;
        });
    }

    /** The same without the user of that name. */
    public UserDirectory without(String name) {
        return changed(users -> {
            users.remove(name);
            return users;
        });
    }

    private UserDirectory changed(UnaryOperator<NavigableMap<String, User>> change) {
        return new UserDirectory(change.apply(new TreeMap<>(byName)));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof UserDirectory that && byName.equals(that.byName);
    }

    @Override
    public int hashCode() {
        return byName.hashCode();
    }

    @Override
    public String toString() {
        return byName.size() + " users";
    }
}
