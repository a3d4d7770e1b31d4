package org.pmuconnector.it.chaos;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringTokenizer;
import org.pmuconnector.it.chaos.Operation.Outcome;
import org.pmuconnector.it.chaos.Operation.Phases;

/** All that one process asked for and was told, as its history file has it. One thread at a time. */
final class ProcessHistory {

    private final String process;
    private final Map<String, Operation> operations = new LinkedHashMap<>();
    private final List<Told> told = new ArrayList<>();
    private int open;
    private int acknowledged;
    private long term;
    private long toldUpTo;
    private long lastTold;

    /** The sequence of the base that it began with: others may come after it that stand before it. */
    private long begunWith;

    private boolean quiet;

    /** An empty one. */
    ProcessHistory(String process) {
        this.process = process;
    }

    /** Takes the next line of the file; {@code HistoryFile}, which writes them, says what they look like. */
    void add(String line) {
        StringTokenizer words = new StringTokenizer(line, " ");
        long nanos = Long.parseLong(words.nextToken());
        String event = words.nextToken();
        switch (event) {
            case "CALL" -> call(nanos, words);
            case "DECIDED" -> add(operations.get(words.nextToken()).decided());
            case "RETURN" -> settle(nanos, words);
            case "SET" -> delivered(set(nanos, words));
            case "PRIMARY" -> {
                term = Long.parseLong(words.nextToken());
                told.add(new Told.Primary(nanos, term));
            }
            case "FENCED" -> {
                term = 0;
                told.add(new Told.Fenced(nanos, Long.parseLong(words.nextToken())));
            }
            case "RESET" -> {
                term = 0;
                toldUpTo = 0;
                lastTold = 0;
                begunWith = 0;
                told.add(new Told.Reset(nanos));
            }
            case "QUIET" -> quiet = true;
            case "DEFECT" -> told.add(new Told.Defect(nanos, line));
            default -> throw new IllegalArgumentException("a line of a history: " + line);
        }
    }

    private void call(long nanos, StringTokenizer words) {
        String name = words.nextToken();
        String kind = words.nextToken();
        Phases phases = kind.equals("TWO_PHASE") ? Phases.UNDECIDED : Phases.ONE;
        add(new Operation(
                process, name, kind.equals("BASE"), phases, rest(words), nanos, Operation.NEVER, Outcome.UNKNOWN));
        open++;
    }

    private void settle(long nanos, StringTokenizer words) {
        Operation called = operations.get(words.nextToken());
        Outcome outcome = Outcome.valueOf(words.nextToken());
        add(called.returned(nanos, outcome));
        open--;
        acknowledged += outcome == Outcome.ACKNOWLEDGED ? 1 : 0;
    }

    private void delivered(Told.Delivered set) {
        if (set.base() && lastTold == 0) {
            begunWith = set.sequence();
        }
        lastTold = set.sequence();
        toldUpTo = Math.max(toldUpTo, lastTold);
        told.add(set);
    }

    private static Told.Delivered set(long nanos, StringTokenizer words) {
        long epoch = Long.parseLong(words.nextToken());
        long sequence = Long.parseLong(words.nextToken());
        boolean base = words.nextToken().equals("BASE");
        String id = words.nextToken();
        if (words.hasMoreTokens()) {
            words.nextToken();
        }
        return new Told.Delivered(nanos, epoch, sequence, id, base, rest(words));
    }

    private static List<String> rest(StringTokenizer words) {
        List<String> rest = new ArrayList<>();
        while (words.hasMoreTokens()) {
            rest.add(words.nextToken());
        }
        return rest;
    }

    private void add(Operation operation) {
        operations.put(operation.name(), operation);
    }

    String process() {
        return process;
    }

    Collection<Operation> operations() {
        return operations.values();
    }

    /** In the order in which it was told: no two calls of a listener overlap. */
    List<Told> told() {
        return told;
    }

    /** How many operations have begun and not returned. */
    int open() {
        return open;
    }

    /** How many operations were acknowledged. */
    int acknowledged() {
        return acknowledged;
    }

    /** The epoch in which it is the primary, as far as it was told last; 0 if it is not. */
    long term() {
        return term;
    }

    /** The newest sequence that it was told of. */
    long toldUpTo() {
        return toldUpTo;
    }

    /**
     * Whether it was told of all.
     *
     * @param length the newest sequence of the region
     * @param lastRead the one that a recovery gives last
     */
    boolean hasAll(long length, long lastRead) {
        return toldUpTo >= length && (begunWith < length || lastTold == lastRead);
    }

    /** Whether it writes nothing more. */
    boolean isQuiet() {
        return quiet;
    }
}
