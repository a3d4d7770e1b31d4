package org.pmuconnector.daemon;

import org.pmuconnector.model.PmuException;
import org.pmuconnector.scram.Credentials;
import picocli.CommandLine.Option;

/** Who a command is run as at a unit. */
final class SignOnOptions {

    @Option(
            names = "--user",
            paramLabel = "NAME",
            defaultValue = "${env:PMU_USER}",
            showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
            description = "Log in as this user; PMU_USER in the environment if left out, nobody without both.")
    private String user;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            defaultValue = "${env:PMU_PASSWORD_FILE}",
            showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
            description = "Whose first line is the password, - for the standard input; PMU_PASSWORD_FILE in the "
                    + "environment if left out; asked for without both.")
    private String passwordFile;

    Credentials credentials() throws PmuException {
        if (isMissing(user)) {
            return Credentials.ANONYMOUS;
        }
        return Credentials.of(user, PasswordSource.read(isMissing(passwordFile) ? null : passwordFile, user, false));
    }

    private static boolean isMissing(String value) {
        return value == null || value.isEmpty();
    }
}
