package org.pmuconnector.ra;

import jakarta.resource.ResourceException;
import jakarta.resource.spi.SecurityException;
import org.pmuconnector.checkpoint.AccessRefusedException;
import org.pmuconnector.checkpoint.CheckpointException;
import org.pmuconnector.checkpoint.DataLossException;
import org.pmuconnector.checkpoint.Durability;
import org.pmuconnector.checkpoint.ErrorCategory;
import org.pmuconnector.checkpoint.FencedException;
import org.pmuconnector.checkpoint.NotPrimaryException;
import org.pmuconnector.checkpoint.OutcomeUnknownException;
import org.pmuconnector.checkpoint.PayloadTooLargeException;
import org.pmuconnector.checkpoint.RegionFullException;
import org.pmuconnector.checkpoint.RegionUnknownException;
import org.pmuconnector.checkpoint.SetsTrimmedException;
import org.pmuconnector.checkpoint.StaleOverwriteException;
import org.pmuconnector.checkpoint.UnitDamagedException;
import org.pmuconnector.checkpoint.UnitInUseException;
import org.pmuconnector.checkpoint.UnitUnreachableException;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/** The one table from the log's errors to the application's. Messages, codes and categories pass unchanged. */
final class CheckpointErrors {

    /** A public exception's constructor. */
    private interface Constructor {
        CheckpointException create(
                String message, String errorCode, ErrorCategory category, Durability durability, Throwable cause);
    }

    private CheckpointErrors() {}

    /** The application's exception for one of the log's. */
    static CheckpointException of(PmuException e) {
        return constructor(e.code())
                .create(
                        e.getMessage(),
                        e.code().text(),
                        ErrorCategory.valueOf(e.code().category().name()),
                        Durability.valueOf(e.durability().name()),
                        e);
    }

    /**
     * What a container is told of a connection that could not be made: where the unit knows no such user or another
     * password, the exception that the contract has for that (Connectors 9.2.1). An application gets its cause.
     */
    static ResourceException ofConnecting(PmuException e) {
        CheckpointException own = of(e);
        if (e.code() != ErrorCode.AUTHENTICATION_FAILED) {
            return own;
        }
        SecurityException refused = new SecurityException(own.getMessage(), own);
        refused.setErrorCode(own.getErrorCode());
        return refused;
    }

    /** A breach of the contract by the caller: nothing was written. */
    static CheckpointException misuse(String message) {
        return of(new PmuException(ErrorCode.MISUSE, message));
    }

    /**
     * What {@code getConnection} throws for what a container threw: our own exception if there is one among the causes,
     * because containers wrap it.
     */
    static CheckpointException ofContainer(ResourceException e) {
        Throwable cause = e;
        // Bounded: a cycle among causes must not hold the caller.
        for (int depth = 0; cause != null && depth < 32; depth++) {
            if (cause instanceof CheckpointException own) {
                return own;
            }
            if (cause instanceof SecurityException && !(cause.getCause() instanceof CheckpointException)) {
                return of(new PmuException(ErrorCode.AUTHENTICATION_FAILED, cause.getMessage(), cause));
            }
            cause = cause.getCause();
        }
        return new CheckpointException(
                "no connection: " + e.getMessage(),
                ErrorCode.LIMIT_REACHED.text(),
                ErrorCategory.RETRY,
                Durability.NOT_WRITTEN,
                e);
    }

    private static Constructor constructor(ErrorCode code) {
        return switch (code) {
            case UNIT_UNREACHABLE, CONNECTION_LOST, DEADLINE_EXCEEDED, NO_SESSION -> UnitUnreachableException::new;
            case UNIT_IN_USE -> UnitInUseException::new;
            case UNIT_FORMAT_UNSUPPORTED, UNIT_DAMAGED, UNIT_NOT_FORMATTED, LOG_DAMAGED -> UnitDamagedException::new;
            case REGION_UNKNOWN -> RegionUnknownException::new;
            case REGION_FULL -> RegionFullException::new;
            case PAYLOAD_TOO_LARGE -> PayloadTooLargeException::new;
            case STALE_OVERWRITE -> StaleOverwriteException::new;
            case SETS_TRIMMED -> SetsTrimmedException::new;
            case NOT_PRIMARY, PRIMARY_EXISTS, EPOCH_CHANGED -> NotPrimaryException::new;
            case FENCED_OFF -> FencedException::new;
            case ACCESS_REFUSED, AUTHENTICATION_FAILED, NOT_AUTHORIZED -> AccessRefusedException::new;
            case DATA_LOSS -> DataLossException::new;
            case OUTCOME_UNKNOWN -> OutcomeUnknownException::new;
            default -> CheckpointException::new;
        };
    }
}
