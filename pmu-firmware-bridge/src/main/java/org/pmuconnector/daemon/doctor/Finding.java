package org.pmuconnector.daemon.doctor;

import java.util.Locale;

/**
 * What is to be said about one thing.
 *
 * @param verdict how it is
 * @param subject what it is about
 * @param text what was found
 * @param remedy the way out, as a sentence without its full stop; empty where nothing is wrong
 * @param command what the remedy says to run; empty where no command does it
 */
public record Finding(Verdict verdict, String subject, String text, String remedy, String command) {

    /** How something is, the worst last. */
    public enum Verdict {
        OK,
        /** Verbs can be used, with something to keep in mind. */
        WARNING,
        /** Verbs cannot be used before this is mended. */
        PROBLEM;

        /** In lower case. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Finding ok(String subject, String text) {
        return new Finding(Verdict.OK, subject, text, "", "");
    }

    static Finding warning(String subject, String text, String remedy, String command) {
        return new Finding(Verdict.WARNING, subject, text, remedy, command);
    }

    static Finding problem(String subject, String text, String remedy, String command) {
        return new Finding(Verdict.PROBLEM, subject, text, remedy, command);
    }
}
