package org.pmuconnector.it.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.pmuconnector.it.chaos.FaultKind.Place;

class ScenarioTest {

    private static final int ROUNDS = 30;

    private static Set<FaultKind> kinds(List<Scenario> scenarios) {
        return scenarios.stream()
                .flatMap(scenario -> scenario.faults().stream())
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(FaultKind.class)));
    }

    @Test
    void draw_thirtyRounds_haveEachKind() {
        long seed = System.nanoTime();
        assertThat(kinds(Scenario.draw(ROUNDS, seed, true)))
                .as("seed " + seed)
                .isEqualTo(EnumSet.allOf(FaultKind.class));
    }

    @Test
    void draw_withoutNamespaces_hasEachOtherKind() {
        long seed = System.nanoTime();
        Set<FaultKind> others = EnumSet.allOf(FaultKind.class);
        others.removeIf(kind -> kind.place() == Place.NAMESPACES);
        assertThat(kinds(Scenario.draw(ROUNDS, seed, false))).as("seed " + seed).isEqualTo(others);
    }

    @Test
    void draw_sameSeed_isTheSameAlsoForMoreRounds() {
        long seed = new Random().nextLong();
        assertThat(Scenario.draw(ROUNDS, seed, true))
                .as("seed " + seed)
                .isEqualTo(Scenario.draw(2 * ROUNDS, seed, true).subList(0, ROUNDS))
                .isNotEqualTo(Scenario.draw(ROUNDS, seed + 1, true));
    }

    @Test
    void servers_whereTwoRaceToFollow_areThree() {
        Scenario race = new Scenario(1, Place.PROXIES, List.of(FaultKind.RACE_OF_STANDBYS), 1);
        assertThat(race.servers()).isEqualTo(3);
        assertThat(new Scenario(1, Place.PROXIES, List.of(FaultKind.KILL_PRIMARY), 1).servers())
                .isEqualTo(2);
    }
}
