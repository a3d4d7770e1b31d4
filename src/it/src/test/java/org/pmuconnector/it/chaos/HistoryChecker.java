package org.pmuconnector.it.chaos;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.pmuconnector.it.chaos.Operation.Outcome;
import org.pmuconnector.it.chaos.Operation.Phases;
import org.pmuconnector.it.chaos.Violation.Kind;

/**
 * Judges what all processes of a region were told, together with what is in it in the end. A log's appends are totally
 * ordered by their sequences, so that linearizability needs no search: each set has its place, and the places have to agree
 * with the order in time, with what was promised, and with each other.
 */
final class HistoryChecker {

    private static final Set<Kind> SEEN_UNREAD =
            Set.of(Kind.SPLIT_BRAIN, Kind.EPOCH_BACK, Kind.DISAGREES, Kind.DUPLICATED, Kind.DEFECT);

    private final List<Violation> violations = new ArrayList<>();
    private final Collection<ProcessHistory> histories;
    private final OneLog log;
    private final Terms terms;
    private final Map<String, Operation> byId = new HashMap<>();

    private HistoryChecker(Collection<ProcessHistory> histories, List<Told.Delivered> content) {
        this.histories = histories;
        this.log = new OneLog(violations::add);
        for (ProcessHistory history : histories) {
            history.operations().forEach(operation -> operation.ids().forEach(id -> byId.put(id, operation)));
            for (Told told : history.told()) {
                if (told instanceof Told.Delivered set) {
                    log.add(history.process(), set);
                } else if (told instanceof Told.Defect defect) {
                    report(Kind.DEFECT, history.process() + ": " + defect.text());
                }
            }
        }
        log.finish(content);
        this.terms = new Terms(histories, violations::add);
    }

    /**
     * All that is wrong; empty if nothing is.
     *
     * @param histories of every process there was
     * @param content what was read in the end, as a recovery gives it
     * @param standbys the processes that stood by in the end, and had been given time to read all
     */
    static List<Violation> check(
            Collection<ProcessHistory> histories, List<Told.Delivered> content, Collection<String> standbys) {
        HistoryChecker checker = new HistoryChecker(histories, content);
        checker.checkOperations();
        checker.checkSuperseded();
        checker.checkAuthors();
        checker.checkRealTimeOrder();
        for (ProcessHistory history : histories) {
            new ListenerReplay(
                            history,
                            checker.log,
                            checker::mayComeLate,
                            checker::mayBeSuperseded,
                            checker.violations::add)
                    .replay(standbys.contains(history.process()));
        }
        return List.copyOf(checker.violations);
    }

    /** What is wrong whatever is in the region: nobody could read it. */
    static List<Violation> checkUnread(Collection<ProcessHistory> histories) {
        return check(histories, List.of(), List.of()).stream()
                .filter(violation -> SEEN_UNREAD.contains(violation.kind()))
                .toList();
    }

    /** Whether a set may be committed by another than who wrote it: a primary is told of those. */
    private boolean mayComeLate(String id) {
        return byId.containsKey(id) && byId.get(id).isTwoPhase();
    }

    /** Whether who begins with a newer base need not be told of a sequence. */
    private boolean mayBeSuperseded(long sequence) {
        String id = log.sets().get(sequence);
        return id == null || (byId.containsKey(id) && byId.get(id).base());
    }

    private void report(Kind kind, String what) {
        violations.add(new Violation(kind, what));
    }

    private void checkOperations() {
        for (ProcessHistory history : histories) {
            for (Operation operation : history.operations()) {
                List<Long> places = new ArrayList<>();
                for (String id : operation.ids()) {
                    Long place = log.sequenceOf(id);
                    if (place != null) {
                        places.add(place);
                    }
                }
                checkOutcome(operation, places);
                checkWhole(operation, places);
            }
        }
    }

    private void checkOutcome(Operation operation, List<Long> places) {
        if (operation.isTwoPhase()) {
            checkDecision(operation, places);
            return;
        }
        if (operation.outcome() == Outcome.NOT_WRITTEN && !places.isEmpty()) {
            report(Kind.REFUSED_YET_THERE, operation + " is there as " + places);
        }
        if (!operation.isAcknowledged()) {
            return;
        }
        if (places.isEmpty() && operation.base()) {
            // Whether a newer one stands for it is looked at together with all others.
            return;
        }
        if (places.size() < operation.ids().size()) {
            report(Kind.LOST, operation + " is there as " + places);
        }
        long epoch = places.isEmpty()
                ? terms.epochOf(operation.process(), operation.returnedNanos())
                : log.newestPossibleEpochOf(places.get(0));
        if (terms.isAnyNewer(epoch, operation.calledNanos())) {
            report(Kind.SPLIT_BRAIN, operation + " began in epoch " + epoch + ", when a newer primary had started");
        }
    }

    /** A base that nobody was told of has to have a place, and a place that nobody was told of has to be of a base. */
    private void checkSuperseded() {
        List<Operation> unseen = histories.stream()
                .flatMap(history -> history.operations().stream())
                .filter(operation ->
                        operation.base() && log.sequenceOf(operation.ids().get(0)) == null)
                .toList();
        List<Operation> acknowledged =
                unseen.stream().filter(Operation::isAcknowledged).toList();
        if (acknowledged.size() > log.superseded()) {
            report(Kind.LOST, "of " + acknowledged + ", " + log.superseded() + " can have been superseded");
        }
        long written = unseen.stream()
                .filter(operation -> operation.outcome() != Outcome.NOT_WRITTEN)
                .count();
        if (log.superseded() > written) {
            report(Kind.LOST, log.superseded() + " sequences are not there, and " + written + " bases are missing");
        }
    }

    /** In the end it is there if that was decided, and if not, it is not; also if its process ended in between. */
    private void checkDecision(Operation operation, List<Long> places) {
        boolean decided = operation.phases() == Phases.DECIDED;
        if (decided && places.size() < operation.ids().size()) {
            report(Kind.LOST, operation + " is there as " + places);
        }
        if (!decided && !places.isEmpty()) {
            report(Kind.REFUSED_YET_THERE, operation + " is there as " + places);
        }
    }

    private void checkWhole(Operation operation, List<Long> places) {
        if (places.isEmpty()) {
            return;
        }
        if (places.size() < operation.ids().size()) {
            report(Kind.TORN, operation + " is there in part, as " + places);
            return;
        }
        for (int i = 1; i < places.size(); i++) {
            if (places.get(i) <= places.get(i - 1)) {
                report(Kind.REORDERED, operation + " is there as " + places);
                return;
            }
        }
        if (places.get(places.size() - 1) - places.get(0) != places.size() - 1) {
            report(Kind.TORN, "between the sets of " + operation + " are others': " + places);
        }
    }

    /** Each set was written by somebody before anybody was told of it; each epoch's by one process alone. */
    private void checkAuthors() {
        log.sets().forEach((sequence, id) -> {
            Operation author = byId.get(id);
            if (author == null) {
                report(Kind.NEVER_WRITTEN, id + ", sequence " + sequence);
                return;
            }
            Long epoch = log.epochOf(sequence);
            if (epoch != null && !author.isTwoPhase()) {
                terms.wrote(epoch, author.process());
            }
        });
        for (ProcessHistory history : histories) {
            for (Told told : history.told()) {
                if (told instanceof Told.Delivered set
                        && byId.containsKey(set.id())
                        && byId.get(set.id()).calledNanos() > set.nanos()) {
                    report(Kind.NEVER_WRITTEN, history.process() + " was told of " + set.id() + " before it was");
                }
            }
        }
    }

    /**
     * What was acknowledged before another write began stands before that one; but for a branch whose outcome the manager
     * has taken, which is written when a primary comes to it.
     */
    private void checkRealTimeOrder() {
        List<Operation> placed = new ArrayList<>();
        for (ProcessHistory history : histories) {
            for (Operation operation : history.operations()) {
                if (!operation.ids().isEmpty() && log.sequenceOf(operation.ids().get(0)) != null) {
                    placed.add(operation);
                }
            }
        }
        placed.sort(
                Comparator.comparing(operation -> log.sequenceOf(operation.ids().get(0))));
        Operation latestCall = null;
        Set<String> seen = new HashSet<>();
        for (Operation operation : placed) {
            if (latestCall != null
                    && operation.isAcknowledged()
                    && !operation.isTwoPhase()
                    && operation.returnedNanos() < latestCall.calledNanos()
                    && seen.add(operation.name())) {
                report(Kind.REORDERED, latestCall + " stands before " + operation + ", which had returned before");
            }
            if (latestCall == null || operation.calledNanos() > latestCall.calledNanos()) {
                latestCall = operation;
            }
        }
    }
}
