package org.pmuconnector.it.chaos;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.pmuconnector.it.chaos.FaultKind.Place;

/**
 * What goes wrong in a round.
 *
 * @param number from 1
 * @param network what is between the hosts
 * @param faults in their order
 * @param seed of all that is left to chance within it
 */
record Scenario(int number, Place network, List<FaultKind> faults, long seed) {

    private static final int NETWORK_FAULTS = 2;
    private static final int PROCESS_FAULTS = 2;

    /**
     * The networks of rounds, over and over. In thirty rounds there are so many of each that every kind of fault occurs.
     */
    private static final List<Place> NETWORKS = List.of(
            Place.PROXIES,
            Place.NAMESPACES,
            Place.PROXIES,
            Place.PROXIES_FOR_A_MOMENT,
            Place.PROXIES,
            Place.NAMESPACES,
            Place.PROXIES,
            Place.PROXIES,
            Place.NAMESPACES,
            Place.PROXIES);

    Scenario {
        faults = List.copyOf(faults);
    }

    /** As many as are asked for; the same for the same seed. The first ones do not depend on how many there are. */
    static List<Scenario> draw(int rounds, long seed, boolean namespaces) {
        Random random = new Random(seed);
        Map<Place, Deck> decks = new EnumMap<>(Place.class);
        for (Place place : Place.values()) {
            decks.put(place, new Deck(place, random));
        }
        List<Scenario> scenarios = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            Place network = NETWORKS.get(round % NETWORKS.size());
            if (network == Place.NAMESPACES && !namespaces) {
                network = Place.PROXIES;
            }
            List<FaultKind> faults = new ArrayList<>();
            if (network == Place.PROXIES_FOR_A_MOMENT) {
                faults.add(decks.get(network).next());
            } else {
                for (int i = 0; i < NETWORK_FAULTS; i++) {
                    faults.add(decks.get(network).next());
                }
                for (int i = 0; i < PROCESS_FAULTS; i++) {
                    faults.add(decks.get(Place.PROCESSES).next());
                }
                Collections.shuffle(faults, random);
            }
            scenarios.add(new Scenario(round + 1, network, faults, random.nextLong()));
        }
        return scenarios;
    }

    /** How many servers it takes. */
    int servers() {
        return faults.contains(FaultKind.RACE_OF_STANDBYS) ? 3 : 2;
    }

    /** When servers lose their roles. */
    Timing timing() {
        return network == Place.PROXIES_FOR_A_MOMENT ? Timing.LONG : Timing.SHORT;
    }

    /** All kinds of a place in an order by chance, and again when they are used up: none is left out for long. */
    private static final class Deck {

        private final List<FaultKind> kinds;
        private final Random random;
        private final List<FaultKind> left = new ArrayList<>();

        Deck(Place place, Random random) {
            this.kinds = Stream.of(FaultKind.values())
                    .filter(kind -> kind.place() == place)
                    .toList();
            this.random = random;
        }

        FaultKind next() {
            if (left.isEmpty()) {
                left.addAll(kinds);
                Collections.shuffle(left, random);
            }
            return left.remove(left.size() - 1);
        }
    }
}
