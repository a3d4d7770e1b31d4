package org.pmuconnector.ra;

import jakarta.resource.spi.ConnectionRequestInfo;
import java.util.Objects;

/** What a caller of {@code getConnection(userName, password)} asks for. */
final class CheckpointRequestInfo implements ConnectionRequestInfo {

    private final String userName;
    private final String password;

    CheckpointRequestInfo(String userName, String password) {
        this.userName = Objects.requireNonNullElse(userName, "");
        this.password = Objects.requireNonNullElse(password, "");
    }

    String userName() {
        return userName;
    }

    String password() {
        return password;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CheckpointRequestInfo that
                && userName.equals(that.userName)
                && password.equals(that.password);
    }

    @Override
    public int hashCode() {
        return Objects.hash(userName, password);
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "user '" + userName + "'";
    }
}
