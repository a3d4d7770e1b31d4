package org.pmuconnector.pmu.users;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.pmuconnector.scram.Credentials;
import org.pmuconnector.scram.ScramVerifier;

/**
 * The text of a users' file: one line for each user, {@code NAME:SCRAM-SHA-256$ITERATIONS:SALT$STOREDKEY:SERVERKEY:ROLES},
 * the roles with commas between, perhaps none. Empty lines and those that begin with a hash mark count for nothing.
 */
final class UsersFormat {

    /** The most users of one unit. */
    static final int MOST_USERS = 10_000;

    private static final String HEADING = "# Users of this unit; 'pmu user' changes them. Name:verifier:roles.\n";
    private static final Pattern LINE = Pattern.compile("([^:]+):(SCRAM-SHA-256\\$[^:]+:[^:]+:[^:]+)(?::([a-z,]*))?");

    private UsersFormat() {}

    static String write(UserDirectory users) {
        StringBuilder text = new StringBuilder(HEADING);
        for (User user : users.all()) {
            text.append(user.name())
                    .append(':')
                    .append(user.verifier().encoded())
                    .append(':')
                    .append(user.sortedRoles().stream().map(UserRole::text).collect(Collectors.joining(",")))
                    .append('\n');
        }
        return text.toString();
    }

    /**
     * Reads it.
     *
     * @throws IllegalArgumentException which line cannot be understood and why, without showing it
     */
    static UserDirectory read(String text) {
        Map<String, User> users = new HashMap<>();
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            String stripped = line.strip();
            if (stripped.isEmpty() || stripped.startsWith("#")) {
                continue;
            }
            User user = user(stripped, number);
            if (users.put(user.name(), user) != null) {
                throw unusable(number, "is a second user " + user.name());
            }
            if (users.size() > MOST_USERS) {
                throw unusable(number, "is one user more than the " + MOST_USERS + " that a unit can have");
            }
        }
        return UserDirectory.of(users.values());
    }

    private static User user(String line, int number) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            throw unusable(number, "is no NAME:SCRAM-SHA-256$ITERATIONS:SALT$STOREDKEY:SERVERKEY:ROLES");
        }
        String name = matcher.group(1);
        if (!Credentials.isUserName(name)) {
            throw unusable(number, "begins with no user name");
        }
        try {
            return new User(name, ScramVerifier.parse(matcher.group(2)), roles(matcher.group(3)));
        } catch (IllegalArgumentException e) {
            throw unusable(number, "has, for user " + name + ", " + e.getMessage());
        }
    }

    private static Set<UserRole> roles(String text) {
        Set<UserRole> roles = EnumSet.noneOf(UserRole.class);
        if (text != null && !text.isEmpty()) {
            for (String role : text.split(",", -1)) {
                roles.add(Arrays.stream(UserRole.values())
                        .filter(known -> known.text().equals(role))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("a role '" + role + "' that is none")));
            }
        }
        return roles;
    }

    private static IllegalArgumentException unusable(int number, String why) {
        return new IllegalArgumentException("line " + number + " " + why);
    }
}
