package org.pmuconnector.daemon;

import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/** Where a password comes from: a file, the standard input, or a person at a terminal. Never the command line. */
final class PasswordSource {

    private static final String STANDARD_INPUT = "-";
    private static final int LONGEST_BYTES = 4096;

    private PasswordSource() {}

    /** The password in a file, {@code -} for the standard input; or asked for, twice if it is a new one. */
    static String read(String file, String userName, boolean isNew) throws PmuException {
        return file == null ? ask(userName, isNew) : firstLine(file);
    }

    private static String firstLine(String file) throws PmuException {
        try (InputStream in = STANDARD_INPUT.equals(file) ? System.in : Files.newInputStream(Path.of(file))) {
            String text = new String(in.readNBytes(LONGEST_BYTES), StandardCharsets.UTF_8);
            return text.lines().findFirst().orElse("");
        } catch (NoSuchFileException e) {
            throw bad("the password cannot be read: there is no file " + file);
        } catch (IOException | IllegalArgumentException e) {
            throw bad("the password cannot be read from " + file + ": " + e.getMessage());
        }
    }

    // Where a later JDK has a console without a terminal, it reads the standard input: so much the better.
    @SuppressWarnings("SystemConsoleNull")
    private static String ask(String userName, boolean isNew) throws PmuException {
        Console console = System.console();
        if (console == null) {
            throw bad("there is no terminal to ask for the password of " + userName
                    + "; give --password-file FILE, or --password-file - and the password on the standard input");
        }
        char[] first = console.readPassword("Password of %s: ", userName);
        char[] second = isNew ? console.readPassword("Again: ") : first;
        if (first == null || !Arrays.equals(first, second)) {
            throw bad(first == null ? "no password was given" : "the two passwords differ; nothing was changed");
        }
        return new String(first);
    }

    private static PmuException bad(String message) {
        return new PmuException(ErrorCode.BAD_CONFIGURATION, message);
    }
}
