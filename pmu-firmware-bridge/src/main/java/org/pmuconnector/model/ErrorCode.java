package org.pmuconnector.model;

import static org.pmuconnector.model.ErrorCategory.FATAL;
import static org.pmuconnector.model.ErrorCategory.FENCED;
import static org.pmuconnector.model.ErrorCategory.RECONFIGURE;
import static org.pmuconnector.model.ErrorCategory.RETRY;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Every failure that the system names. The number is the status in control messages and, after {@code PMU-}, the error
 * code that applications see; both are stable: a number is never given to another meaning.
 */
public enum ErrorCode {
    /** The unit does not answer at its address. */
    UNIT_UNREACHABLE(101, RETRY),
    /** An established connection ended. */
    CONNECTION_LOST(102, RETRY),
    /** No answer within the deadline. */
    DEADLINE_EXCEEDED(103, RETRY),
    /** The peer sent what the protocol does not allow. */
    PROTOCOL_VIOLATION(104, FATAL),
    /** The peer speaks no version that this release knows. */
    VERSION_UNSUPPORTED(105, RECONFIGURE),
    /** A limit of the unit on connections, regions, keys or requests is reached. */
    LIMIT_REACHED(106, RETRY),
    /** The instance has no session with the unit, or not yet again. */
    NO_SESSION(107, RETRY),

    /** The address of a unit cannot be understood. */
    BAD_ADDRESS(201, RECONFIGURE),
    /** A configuration value is out of range or inconsistent. */
    BAD_CONFIGURATION(202, RECONFIGURE),
    /** The file is not a unit: missing, empty or of another kind. */
    UNIT_NOT_FORMATTED(203, RECONFIGURE),
    /** Another process or adapter has the unit open. */
    UNIT_IN_USE(204, RECONFIGURE),
    /** The unit was written by a release with another format. */
    UNIT_FORMAT_UNSUPPORTED(205, RECONFIGURE),
    /** Superblock or catalog fail their checks. */
    UNIT_DAMAGED(206, FATAL),
    /** The unit's memory cannot offer the persistence level asked for. */
    LEVEL_NOT_OFFERED(207, RECONFIGURE),
    /** Formatting would overwrite something. */
    UNIT_EXISTS(208, RECONFIGURE),
    /** An operating system call on the unit's file failed. */
    UNIT_IO(209, FATAL),
    /** Another live instance uses the same instance name. */
    INSTANCE_NAME_IN_USE(210, RECONFIGURE),
    /** RDMA verbs cannot be used here: library, device, leave of the virtual machine or operating system is missing. */
    VERBS_NOT_AVAILABLE(211, RECONFIGURE),

    /** The unit has no region of that name. */
    REGION_UNKNOWN(301, RECONFIGURE),
    /** The unit has a region of that name, with other properties than asked for. */
    REGION_MISMATCH(302, RECONFIGURE),
    /** Retention has not freed enough room. */
    REGION_FULL(303, RETRY),
    /** A set is longer than the region can hold in one piece. */
    PAYLOAD_TOO_LARGE(304, RECONFIGURE),
    /** The unit has no room for the region. */
    UNIT_FULL(305, RECONFIGURE),
    /** Another transaction committed between snapshot and overwrite. */
    STALE_OVERWRITE(306, RETRY),
    /** Sets that were not read yet have been freed. */
    SETS_TRIMMED(307, RETRY),
    /** The connection names no subscription. */
    NO_SUBSCRIPTION(308, RECONFIGURE),
    /** A sequence or position beyond what was committed. */
    BEYOND_COMMITTED(309, RECONFIGURE),
    /** No prepared transaction branch of that id. */
    BRANCH_UNKNOWN(310, RECONFIGURE),
    /** An administrator has committed the transaction branch. */
    BRANCH_COMMITTED(311, RECONFIGURE),
    /** An administrator has rolled the transaction branch back. */
    BRANCH_ROLLED_BACK(312, RECONFIGURE),

    /** Another instance is the region's primary, or none is yet. */
    NOT_PRIMARY(401, RETRY),
    /** Another instance took over; this one's keys are revoked. */
    FENCED_OFF(402, FENCED),
    /** The region has a live primary, or one that may still return. */
    PRIMARY_EXISTS(403, RETRY),
    /** The epoch is not the one that the request expected: another instance was faster. */
    EPOCH_CHANGED(404, RETRY),
    /** A device did not confirm that the former primary's accesses have ended: nobody may follow it yet. */
    FENCE_UNCONFIRMED(405, RETRY),
    /** Another consumer has the subscription for itself, or the requestor's hold on it has ended. */
    SUBSCRIPTION_IN_USE(406, RETRY),
    /** Whether a transaction has cleared sets for the subscription is in doubt. */
    CLEAR_IN_DOUBT(407, RETRY),
    /** No other instance stands by that could become the primary. */
    NO_STANDBY(408, RETRY),

    /** The network interface refused an access: key, connection, range or right. */
    ACCESS_REFUSED(501, FATAL),
    /** The requestor's proof of identity failed. */
    AUTHENTICATION_FAILED(502, RECONFIGURE),
    /** The requestor may not do this. */
    NOT_AUTHORIZED(503, RECONFIGURE),
    /** The manager has not proved itself to the unit. */
    MANAGER_NOT_AUTHENTICATED(504, RECONFIGURE),
    /** Too many log-ins have failed; the next one has to wait. */
    LOGIN_THROTTLED(505, RETRY),

    /** A region's log fails its checks where it must not. */
    LOG_DAMAGED(601, FATAL),
    /** Data that had been acknowledged is missing. */
    DATA_LOSS(602, FATAL),
    /** The connection broke while writing and the unit could not be asked. */
    OUTCOME_UNKNOWN(603, RETRY),

    /** A defect of the unit or the adapter. */
    INTERNAL(901, FATAL),
    /** The caller broke the contract: a closed handle, a value that no call may have, a transaction out of order. */
    MISUSE(902, FATAL);

    private static final Map<Integer, ErrorCode> BY_NUMBER =
            Stream.of(values()).collect(Collectors.toUnmodifiableMap(ErrorCode::number, code -> code));

    private final int number;
    private final ErrorCategory category;

    ErrorCode(int number, ErrorCategory category) {
        this.number = number;
        this.category = category;
    }

    /** The status in control messages. */
    public int number() {
        return number;
    }

    /** What the caller should do. */
    public ErrorCategory category() {
        return category;
    }

    /** The code as applications see it, such as {@code PMU-303}. */
    public String text() {
        return "PMU-" + number;
    }

    /** The code of a status, {@link #INTERNAL} for one that this release does not know. */
    public static ErrorCode ofNumber(int number) {
        return BY_NUMBER.getOrDefault(number, INTERNAL);
    }
}
