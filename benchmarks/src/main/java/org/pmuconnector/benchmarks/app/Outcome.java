package org.pmuconnector.benchmarks.app;

/** What the writer of an update was told, with the letter that stands for it between processes. */
public enum Outcome {
    /** It is in the log. */
    ACKNOWLEDGED('A'),
    /** It is not, and never will be. */
    NOT_WRITTEN('N'),
    /** That is not known. */
    UNKNOWN('U');

    private final char letter;

    Outcome(char letter) {
        this.letter = letter;
    }

    /** The letter. */
    public char letter() {
        return letter;
    }

    /** The outcome that a letter stands for. */
    public static Outcome of(char letter) {
        for (Outcome outcome : values()) {
            if (outcome.letter == letter) {
                return outcome;
            }
        }
        throw new IllegalArgumentException("no outcome is " + letter);
    }
}
