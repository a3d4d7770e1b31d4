package org.pmuconnector.it.failover;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.pmuconnector.it.Signals;
import org.pmuconnector.it.proxy.FaultProxy;
import org.pmuconnector.it.proxy.LinkFaults;
import org.pmuconnector.it.proxy.LinkFaults.Strike;
import org.pmuconnector.it.proxy.LinkFaults.StrikeKind;

/** What may happen to one of two servers, their unit, or the network. Each is over when it returns, servers apart. */
enum ServerFault {

    /** The primary dies. */
    PRIMARY_KILLED {
        @Override
        void happen(ServerPair pair, OrderStream orders, Random random) throws Exception {
            DeskServer primary = pair.primary();
            primary.kill();
            pair.awaitPrimary(pair.other(primary));
        }
    },

    /** The standby dies; the primary has nothing to do with it. */
    STANDBY_KILLED {
        @Override
        void happen(ServerPair pair, OrderStream orders, Random random) throws Exception {
            int epoch = pair.epoch();
            pair.other(pair.primary()).kill();
            orders.awaitMore(SOME, PATIENCE);
            assertThat(pair.epoch()).isEqualTo(epoch);
        }
    },

    /** The primary stands still for less than the lease: it stays the primary. */
    PRIMARY_STOPPED_SHORTLY {
        @Override
        void happen(ServerPair pair, OrderStream orders, Random random) throws Exception {
            int epoch = pair.epoch();
            Signals.stopFor(pair.primary().pid(), WITHIN_THE_LEASE);
            orders.awaitMore(SOME, PATIENCE);
            assertThat(pair.epoch()).isEqualTo(epoch);
        }
    },

    /** The primary stands still for longer than the lease, and goes on when another is the primary. */
    PRIMARY_STOPPED_LONG {
        @Override
        void happen(ServerPair pair, OrderStream orders, Random random) throws Exception {
            DeskServer primary = pair.primary();
            Signals.stop(primary.pid());
            awaitSuccessor(pair, orders, primary);
            Signals.resume(primary.pid());
        }
    },

    /** The same between the two phases of a commit: its transaction manager decides when it is the primary no more. */
    PRIMARY_STOPPED_IN_COMMIT {
        @Override
        void happen(ServerPair pair, OrderStream orders, Random random) throws Exception {
            DeskServer primary = pair.primary();
            primary.holdAt("table before commit");
            Signals.stop(primary.pid());
            primary.goOn();
            awaitSuccessor(pair, orders, primary);
            assertThat(pair.inDoubt()).contains(primary.name() + " in doubt");
            Signals.resume(primary.pid());
        }
    },

    /** The unit's process dies and is started again. */
    UNIT_RESTARTED {
        @Override
        void happen(ServerPair pair, OrderStream orders, Random random) throws Exception {
            pair.restartUnit();
        }
    },

    /** The network between the primary and the unit fails, and works again when another is the primary. */
    PRIMARY_CUT_OFF {
        @Override
        void happen(ServerPair pair, OrderStream orders, Random random) throws Exception {
            DeskServer primary = pair.primary();
            primary.link().stall();
            awaitSuccessor(pair, orders, primary);
            primary.link().heal();
        }
    },

    /** The same in one direction: what the primary says arrives, and it hears of nothing. */
    PRIMARY_HEARS_NOTHING {
        @Override
        void happen(ServerPair pair, OrderStream orders, Random random) throws Exception {
            DeskServer primary = pair.primary();
            primary.link().toClient().stall();
            awaitSuccessor(pair, orders, primary);
            primary.link().heal();
        }
    },

    /** The network between the primary and the unit is slow; it stays the primary. */
    PRIMARY_ON_A_SLOW_LINK {
        @Override
        void happen(ServerPair pair, OrderStream orders, Random random) throws Exception {
            DeskServer primary = pair.primary();
            int epoch = pair.epoch();
            primary.link().toServer().delay(SLOW_MILLIS);
            primary.link().toClient().delay(SLOW_MILLIS);
            orders.awaitMore(SOME, PATIENCE);
            primary.link().heal();
            assertThat(pair.epoch()).isEqualTo(epoch);
        }
    },

    /** What the primary has sent is done, and it never hears of it: both ends are reset. */
    ANSWER_LOST {
        @Override
        void happen(ServerPair pair, OrderStream orders, Random random) throws Exception {
            FaultProxy link = pair.primary().link();
            strike(StrikeKind.RESET_AFTER, link.toServer(), orders, random);
        }
    },

    /** One of the primary's connections ends in one direction. */
    CONNECTION_HALF_CLOSED {
        @Override
        void happen(ServerPair pair, OrderStream orders, Random random) throws Exception {
            strike(StrikeKind.HALF_CLOSE, someDirection(pair.primary().link(), random), orders, random);
        }
    },

    /** A bit changes between the primary and the unit. */
    BIT_FLIPPED {
        @Override
        void happen(ServerPair pair, OrderStream orders, Random random) throws Exception {
            strike(StrikeKind.FLIP_BIT, someDirection(pair.primary().link(), random), orders, random);
        }
    },

    /** The network between the standby and the unit fails. */
    STANDBY_CUT_OFF {
        @Override
        void happen(ServerPair pair, OrderStream orders, Random random) throws Exception {
            DeskServer standby = pair.other(pair.primary());
            standby.link().stall();
            pair.awaitCutOff(standby);
            orders.awaitMore(SOME, PATIENCE);
            standby.link().heal();
        }
    },

    /** The operator has the other server take over. */
    SWITCHED_OVER {
        @Override
        void happen(ServerPair pair, OrderStream orders, Random random) throws Exception {
            DeskServer primary = pair.primary();
            pair.switchOver();
            awaitSuccessor(pair, orders, primary);
        }
    },

    /** The primary dies, and the standby while it takes over. */
    SUCCESSOR_KILLED_TAKING_OVER {
        @Override
        void happen(ServerPair pair, OrderStream orders, Random random) throws Exception {
            DeskServer primary = pair.primary();
            DeskServer successor = pair.other(primary);
            Signals.killBoth(
                    primary.pid(), Duration.ofMillis(random.nextInt(LONGEST_TAKEOVER_MILLIS)), successor.pid());
            primary.awaitEnd();
            successor.awaitEnd();
        }
    },

    /** The primary dies, and the new one at once. */
    NEW_PRIMARY_KILLED {
        @Override
        void happen(ServerPair pair, OrderStream orders, Random random) throws Exception {
            DeskServer primary = pair.primary();
            DeskServer successor = pair.other(primary);
            primary.kill();
            pair.awaitPrimary(successor);
            successor.kill();
        }
    },

    /** The primary dies when one of two resources is prepared: the transaction is rolled back when it is there again. */
    PRIMARY_KILLED_AFTER_FIRST_PREPARE {
        @Override
        void happen(ServerPair pair, OrderStream orders, Random random) throws Exception {
            DeskServer primary = endPrimaryAt(pair, orders, "table after prepare");
            assertThat(pair.inDoubt()).doesNotContain(primary.name() + " in doubt");
            assertThat(pair.database().inDoubtOf(primary)).hasSize(1);
            primary.start();
        }
    },

    /** The primary dies when all is prepared and decided, and nothing committed. */
    PRIMARY_KILLED_BEFORE_FIRST_COMMIT {
        @Override
        void happen(ServerPair pair, OrderStream orders, Random random) throws Exception {
            DeskServer primary = endPrimaryAt(pair, orders, "table before commit");
            assertThat(pair.inDoubt()).contains(primary.name() + " in doubt");
            assertThat(pair.database().inDoubtOf(primary)).hasSize(1);
            primary.start();
        }
    },

    /** The primary dies when the database has committed, and the region not yet. */
    PRIMARY_KILLED_BETWEEN_COMMITS {
        @Override
        void happen(ServerPair pair, OrderStream orders, Random random) throws Exception {
            DeskServer primary = endPrimaryAt(pair, orders, "table after commit");
            assertThat(pair.inDoubt()).contains(primary.name() + " in doubt");
            assertThat(pair.database().inDoubtOf(primary)).isEmpty();
            primary.start();
        }
    };

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration WITHIN_THE_LEASE = Duration.ofMillis(500);
    private static final int LONGEST_TAKEOVER_MILLIS = 100;
    private static final int SLOW_MILLIS = 10;
    private static final int STRIKE_WITHIN_BYTES = 4096;

    /** So many acknowledgements show that orders are taken again. */
    private static final int SOME = 20;

    /** Has it happen while orders come, and ends what does not end by itself. */
    abstract void happen(ServerPair pair, OrderStream orders, Random random) throws Exception;

    private static void awaitSuccessor(ServerPair pair, OrderStream orders, DeskServer primary) throws Exception {
        pair.awaitPrimary(pair.other(primary));
        orders.awaitMore(SOME, PATIENCE);
    }

    private static LinkFaults someDirection(FaultProxy link, Random random) {
        return random.nextBoolean() ? link.toServer() : link.toClient();
    }

    private static void strike(StrikeKind kind, LinkFaults direction, OrderStream orders, Random random)
            throws InterruptedException {
        direction.strike(new Strike(kind, random.nextInt(STRIKE_WITHIN_BYTES), random.nextInt(Byte.SIZE)));
        Eventually.holds(direction::hasStruck, PATIENCE, "the network to fail");
        orders.awaitMore(SOME, PATIENCE);
    }

    private static DeskServer endPrimaryAt(ServerPair pair, OrderStream orders, String moment) throws Exception {
        DeskServer primary = pair.primary();
        primary.endAt(moment);
        awaitSuccessor(pair, orders, primary);
        return primary;
    }

    /** For people. */
    String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** All of them. */
    static List<ServerFault> all() {
        return List.of(values());
    }
}
