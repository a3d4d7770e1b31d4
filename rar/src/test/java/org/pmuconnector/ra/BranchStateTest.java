package org.pmuconnector.ra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.pmuconnector.ra.BranchState.ACTIVE;
import static org.pmuconnector.ra.BranchState.HEURISTIC;
import static org.pmuconnector.ra.BranchState.IDLE;
import static org.pmuconnector.ra.BranchState.NONE;
import static org.pmuconnector.ra.BranchState.PREPARED;
import static org.pmuconnector.ra.BranchState.ROLLBACK_ONLY;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import javax.transaction.xa.XAException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The whole table of X/Open XA, 6-4: every state with every call. */
class BranchStateTest {

    private static final int NOTA = XAException.XAER_NOTA;
    private static final int DUPID = XAException.XAER_DUPID;
    private static final int PROTO = XAException.XAER_PROTO;
    private static final int RB = XAException.XA_RBROLLBACK;

    private static final Map<BranchState, List<Object>> TABLE = new EnumMap<>(BranchState.class);

    static {
        // In the order of BranchCall: BEGIN, JOIN, END, END_FAILED, PREPARE, COMMIT_ONE_PHASE, COMMIT, ROLLBACK,
        // DECIDED, FORGET, EXPIRE.
        TABLE.put(NONE, List.of(ACTIVE, NOTA, NOTA, NOTA, NOTA, NOTA, NOTA, NOTA, NOTA, NOTA, NOTA));
        TABLE.put(
                ACTIVE,
                List.of(DUPID, ACTIVE, IDLE, ROLLBACK_ONLY, PROTO, PROTO, PROTO, PROTO, PROTO, PROTO, ROLLBACK_ONLY));
        TABLE.put(IDLE, List.of(DUPID, ACTIVE, PROTO, PROTO, PREPARED, NONE, PROTO, NONE, PROTO, PROTO, ROLLBACK_ONLY));
        TABLE.put(
                ROLLBACK_ONLY,
                List.of(DUPID, RB, ROLLBACK_ONLY, ROLLBACK_ONLY, RB, RB, PROTO, NONE, PROTO, PROTO, PROTO));
        TABLE.put(PREPARED, List.of(DUPID, PROTO, PROTO, PROTO, PROTO, PROTO, NONE, NONE, HEURISTIC, PROTO, PROTO));
        TABLE.put(
                HEURISTIC,
                List.of(DUPID, PROTO, PROTO, PROTO, PROTO, PROTO, HEURISTIC, HEURISTIC, HEURISTIC, NONE, PROTO));
    }

    static List<Arguments> everyPair() {
        List<Arguments> pairs = new ArrayList<>();
        TABLE.forEach((state, row) -> {
            Iterator<Object> cells = row.iterator();
            for (BranchCall call : BranchCall.values()) {
                pairs.add(Arguments.of(state, call, cells.next()));
            }
        });
        assertThat(pairs).hasSize(BranchState.values().length * BranchCall.values().length);
        return pairs;
    }

    @ParameterizedTest
    @MethodSource("everyPair")
    void after_everyStateAndCall_entersTheStateOrRefuses(BranchState state, BranchCall call, Object expected)
            throws XAException {
        if (expected instanceof BranchState next) {
            assertThat(state.after(call)).isEqualTo(next);
        } else {
            assertThatExceptionOfType(XAException.class)
                    .isThrownBy(() -> state.after(call))
                    .satisfies(e -> assertThat(e.errorCode).isEqualTo(expected))
                    .withMessageContainingAll(call.name(), state.name());
        }
    }
}
