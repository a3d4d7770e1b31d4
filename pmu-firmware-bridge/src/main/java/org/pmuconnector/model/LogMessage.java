package org.pmuconnector.model;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.text.MessageFormat;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Every message from {@code INFO} on that the adapter, its instances and transports write to a server's log. The id at its
 * beginning is stable: a number is never given to another meaning, and may be searched for and alerted on.
 * {@code docs/messages.md} says what each means and what to do.
 *
 * <p>Numbers by area: 1xx the adapter in its server, 2xx sessions, 3xx who is primary, 4xx replicas and logs, 5xx
 * transactions, 6xx TLS, 7xx RDMA devices.
 */
public enum LogMessage {
    /** The adapter runs. */
    ADAPTER_STARTED(101, INFO, "The resource adapter has started as instance {0}."),
    /** The first use of a unit. */
    UNIT_USED(102, INFO, "Instance {0} uses unit {1}."),
    /** A work was rejected. */
    NO_THREAD(103, ERROR, "The server gives no thread to the {0}."),
    /** Something that was to run until it is stopped threw what it must not. */
    ENDED_BY_DEFECT(104, ERROR, "The {0} was ended by a defect."),
    /** Something goes on although it was stopped. */
    NOT_ENDED(105, WARNING, "The {0} has not ended within {1} ms."),
    /** A message-driven bean is being served. */
    ACTIVATION_STARTED(111, INFO, "The {0} has started."),
    /** A message-driven bean is served no more. */
    ACTIVATION_ENDED(112, INFO, "The {0} has ended."),
    /** Two adapters of one server have the same names. */
    MBEAN_NAME_TAKEN(121, WARNING, "Another adapter of this server has MBean {0} already; this one''s is missing."),
    /** The MBean server refused. */
    MBEAN_NOT_REGISTERED(122, WARNING, "MBean {0} cannot be registered: {1}"),
    /** The MBean server refused. */
    MBEAN_NOT_UNREGISTERED(123, WARNING, "MBean {0} cannot be unregistered: {1}"),
    /** Nobody can watch the adapter. */
    NO_MBEAN_SERVER(124, WARNING, "The platform gives no MBean server: {0}"),

    /** The unit answers. */
    SESSION_UP(201, INFO, "Session with {0} is up: instance {1}, boot {2}, lease {3} ms."),
    /** The unit does not answer, or refuses. */
    NO_SESSION_YET(202, WARNING, "No session with {0} yet, trying again: {1}"),
    /** The unit does not answer any more. */
    SESSION_LOST(203, WARNING, "Session with {0} was lost: {1}"),

    /** This instance may write. */
    BECAME_PRIMARY(301, INFO, "Instance {0} is the primary of region {1} in epoch {2}."),
    /** This instance follows. */
    STANDS_BY(302, INFO, "Instance {0} stands by for region {1}."),
    /** The first half of a takeover. */
    EPOCH_GRANTED(303, INFO, "Instance {0} was granted epoch {1} of region {2}; fencing the one before took {3} µs."),
    /** Another instance took over. */
    FENCED(304, WARNING, "Instance {0} was fenced from region {1}: {2} is the primary in epoch {3}."),
    /** The primary's part was lost, and nobody else has it. */
    PRIMARY_ANEW(305, WARNING, "Instance {0} has to become the primary of region {1} anew: {2}."),
    /** The user may read and not take over. */
    MAY_ONLY_FOLLOW(306, WARNING, "Region {0} at {1} has no primary and is not taken over: {2}"),
    /** A standby has to wait for the lease. */
    NOT_RESIGNED(307, INFO, "Region {0} was not resigned: {1}"),
    /** A planned switchover, the former primary's side. */
    HANDED_OVER(308, INFO, "Instance {0} has handed region {1} over."),
    /** How long the takeover took. */
    TOOK_OVER(
            309,
            INFO,
            "Instance {0} took region {1} over in epoch {2} within {3} µs: granted after {4}, {5} sets read in {6},"
                    + " sealed in {7}, delivered in {8}, told in {9} µs."),

    /** Reading a region failed. */
    REPLICA_FAILED(401, WARNING, "Replica of region {0} at {1}, {2}: {3}"),
    /** The application's bean failed. */
    LISTENER_FAILED(402, WARNING, "The listener of region {0} failed, delivering again in {1} ms."),
    /** The application's bean never took a set. */
    SET_PARKED(
            403,
            WARNING,
            "Set {0} of region {1} was parked for subscription {2}, whose listener fails to take it: {3}"),
    /** The application's bean never took a set. */
    DELIVERY_STOPPED(404, ERROR, "The listener of region {1} gets nothing more, as it fails to take set {0}: {2}"),
    /** Another consumer or a transaction comes first. */
    SUBSCRIPTION_AWAITED(405, INFO, "The listener of region {0} has to wait: {1}"),
    /** Room was not freed. */
    NOT_TRIMMED(411, WARNING, "Region {0} could not be trimmed: {1}"),

    /** A transaction failed. */
    NOT_COMMITTED(501, WARNING, "{0}: {1} ({2})"),
    /** The outcome of a prepared branch did not reach the log. */
    NOT_SETTLED(502, WARNING, "{0} has to be tried again: {1} ({2})"),
    /** A subscription's cursor was not moved, and the commit stands. */
    AFTER_COMMIT_FAILED(503, WARNING, "{0} committed, but what follows failed: {1} ({2})"),
    /** The branch is not in doubt any more, or an administrator decided. */
    SETTLED_OTHERWISE(504, WARNING, "{0} was not done: {1} ({2})"),
    /** An administrator decided, and the primary has written it. */
    HEURISTIC_OUTCOME(
            505, WARNING, "Transaction branch {0} of instance {1} in region {2} is {3}, as an administrator decided."),
    /** An application has forgotten something. */
    LOCAL_TRANSACTION_LEFT(511, WARNING, "A local transaction on {0} was left open and is rolled back."),

    /** Certificates or keys were renewed. */
    TLS_FILES_CHANGED(601, INFO, "TLS: new connections use the changed files {0}"),
    /** Certificates or keys were spoilt. */
    TLS_FILES_REFUSED(602, ERROR, "TLS: the changed files are not used, the former go on: {0}"),

    /** Something of the connection manager's stays. */
    EVENT_CHANNEL_KEPT(701, WARNING, "An event channel could not be given back: {0}"),
    /** Memory stays pinned. */
    MEMORY_KEPT(702, WARNING, "Memory could not be given back by a device: {0}"),
    /** Something of a device's stays. */
    DEVICE_OBJECT_KEPT(703, WARNING, "A {0} could not be given back by a device: {1}");

    private final int number;
    private final Level level;
    private final String pattern;

    LogMessage(int number, Level level, String pattern) {
        this.number = number;
        this.level = level;
        this.pattern = pattern;
    }

    /** The id at the beginning, such as {@code PMU-M101}. */
    public String id() {
        return "PMU-M" + number;
    }

    /** At what level it is logged. */
    public Level level() {
        return level;
    }

    /** The text behind the id, in the notation of {@link MessageFormat}. */
    public String pattern() {
        return pattern;
    }

    /** Logs it with what it is about. */
    public void log(Logger logger, Object... parameters) {
        if (logger.isLoggable(level)) {
            logger.log(level, text(parameters));
        }
    }

    /** Logs it with a stack trace. */
    public void logFailure(Logger logger, Throwable cause, Object... parameters) {
        if (logger.isLoggable(level)) {
            logger.log(level, text(parameters), cause);
        }
    }

    /** Formatted here and not by the logger, which would group the digits of numbers by its locale. */
    String text(Object... parameters) {
        Object[] words = Stream.of(parameters).map(String::valueOf).toArray();
        return id() + " " + new MessageFormat(pattern, Locale.ROOT).format(words);
    }
}
