package org.pmuconnector.ra;

import java.time.Instant;
import java.util.List;
import org.pmuconnector.checkpoint.CheckpointException;
import org.pmuconnector.checkpoint.InDoubtBranch;
import org.pmuconnector.checkpoint.ParkedSet;
import org.pmuconnector.checkpoint.PrimaryTerm;
import org.pmuconnector.instance.Term;
import org.pmuconnector.log.PreparedGroup;
import org.pmuconnector.model.PmuException;

/** A term in the application's words. Safe for use by many threads, as the term is. */
final class TermView implements PrimaryTerm {

    private final Term term;

    TermView(Term term) {
        this.term = term;
    }

    @Override
    public String region() {
        return term.region();
    }

    @Override
    public long epoch() {
        return term.epoch();
    }

    @Override
    public List<InDoubtBranch> inDoubt() {
        return term.inDoubt().stream().map(TermView::view).toList();
    }

    private static InDoubtBranch view(PreparedGroup group) {
        return new InDoubtBranch(
                group.branch().toString(),
                group.branch().instanceName(),
                Instant.ofEpochMilli(group.preparedAtMillis()),
                group.sets().size());
    }

    @Override
    public List<ParkedSet> parked() {
        return term.parked().stream()
                .map(set -> new ParkedSet(set.subscription(), set.sequence(), set.reason()))
                .toList();
    }

    @Override
    public boolean isValid() {
        return term.isValid();
    }

    @Override
    public void handOver() throws CheckpointException {
        try {
            term.handOver("");
        } catch (PmuException e) {
            throw CheckpointErrors.of(e);
        }
    }

    @Override
    public String toString() {
        return "term " + epoch() + " of region " + region();
    }
}
