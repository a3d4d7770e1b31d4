package org.pmuconnector.pmu.firmware;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.memory.VolatileMemory;
import org.pmuconnector.pmu.nic.ProtectionFaultException;
import org.pmuconnector.pmu.nic.ProtectionFaultException.Fault;
import org.pmuconnector.pmu.protection.KeyBinding;
import org.pmuconnector.pmu.protection.Right;
import org.pmuconnector.pmu.translation.Extent;
import org.pmuconnector.pmu.translation.Mapping;
import org.pmuconnector.pmu.translation.VirtualAddress;

/**
 * The tables behind the bridge against a model that keeps a place for every byte and looks at everything: generated
 * programs of batches (map, unmap, bind, revoke, sound and unsound ones) and accesses, and all short programs there are.
 */
class TableProgramsTest {

    private static final int SIZE = 1 << 20;
    private static final int DATA = 192 << 10;
    private static final int SLOTS = 4;
    private static final int KEYS = 6;
    private static final int SPAN = 96;
    private static final int STEPS = 20_000;

    private final VolatileMemory memory = new VolatileMemory(SIZE);
    private final byte[] expectedBytes = new byte[SPAN];
    private final FirmwareBridge bridge;
    private final BridgeSession session;

    /** Of each slot, each byte's place; absent if the slot is not mapped. */
    private final Map<Integer, int[]> places = new HashMap<>();

    private final Map<Integer, KeyBinding> bindings = new TreeMap<>();
    private final List<Integer> keysEver = new ArrayList<>(List.of(0, -1, 1 << 8));

    TableProgramsTest() throws Exception {
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        Superblock.format(memory, new UUID(1, 2), pair.getPublic());
        bridge = FirmwareBridge.start(memory, "unit x", KEYS, new Random(1));
        ManagerProof challenge = bridge.challenge();
        Signature signer = Signature.getInstance("Ed25519");
        signer.initSign(pair.getPrivate());
        signer.update(challenge.message());
        session = bridge.authenticate(challenge, signer.sign());
    }

    /** A batch as the model sees it. */
    private static final class Plan {
        final Set<Integer> revoke = new HashSet<>();
        final Set<Integer> unmap = new HashSet<>();
        final Map<Integer, int[]> map = new HashMap<>();
        final List<KeyBinding> bind = new ArrayList<>();
        final TableBatch batch = new TableBatch();
        boolean mapsTwice;

        void revoke(int key) {
            revoke.add(key);
            batch.revoke(key);
        }

        void unmap(int slot) {
            unmap.add(slot);
            batch.unmap(slot);
        }

        void map(int slot, List<Extent> extents) {
            batch.map(slot, new Mapping(extents));
            int[] bytes = extents.stream()
                    .flatMapToInt(extent -> java.util.stream.IntStream.range(0, (int) extent.lengthBytes())
                            .map(i -> (int) extent.physicalOffset() + i))
                    .toArray();
            mapsTwice |= map.put(slot, bytes) != null;
        }

        void bind(KeyBinding binding) {
            bind.add(binding);
            batch.bind(binding);
        }
    }

    /** What the model says of a plan: null if it is to succeed. */
    private ErrorCode verdict(Plan plan) {
        Map<Integer, KeyBinding> keysLeft = new HashMap<>(bindings);
        keysLeft.keySet().removeAll(plan.revoke);
        if (keysLeft.size() + plan.bind.size() > KEYS) {
            return ErrorCode.LIMIT_REACHED;
        }
        Map<Integer, int[]> after = new HashMap<>(places);
        for (int slot : plan.unmap) {
            boolean used = keysLeft.values().stream().anyMatch(key -> VirtualAddress.slot(key.baseAddress()) == slot);
            if (used || after.remove(slot) == null) {
                return ErrorCode.INTERNAL;
            }
        }
        for (Map.Entry<Integer, int[]> mapped : plan.map.entrySet()) {
            boolean exists = mapped.getKey() >= 0 && mapped.getKey() < 16;
            if (plan.mapsTwice || !exists || after.put(mapped.getKey(), mapped.getValue()) != null) {
                return ErrorCode.INTERNAL;
            }
        }
        Set<Integer> taken = new HashSet<>();
        for (int[] bytes : after.values()) {
            for (int place : bytes) {
                if (place < DATA || place >= SIZE || !taken.add(place)) {
                    return ErrorCode.INTERNAL;
                }
            }
        }
        for (KeyBinding binding : plan.bind) {
            int[] bytes = after.get(VirtualAddress.slot(binding.baseAddress()));
            if (bytes == null || VirtualAddress.offset(binding.baseAddress()) + binding.lengthBytes() > bytes.length) {
                return ErrorCode.INTERNAL;
            }
        }
        return null;
    }

    private void apply(Plan plan, String context) {
        ErrorCode expected = verdict(plan);
        try {
            List<Integer> keys = session.apply(plan.batch);
            assertThat(expected).as(context).isNull();
            bindings.keySet().removeAll(plan.revoke);
            places.keySet().removeAll(plan.unmap);
            places.putAll(plan.map);
            assertThat(keys).as(context).hasSameSizeAs(plan.bind).doesNotHaveDuplicates();
            for (int i = 0; i < keys.size(); i++) {
                assertThat(bindings.put(keys.get(i), plan.bind.get(i)))
                        .as(context)
                        .isNull();
            }
            keysEver.addAll(keys);
        } catch (PmuException e) {
            assertThat(e.code()).as(context + ": " + e.getMessage()).isEqualTo(expected);
        }
    }

    private Fault fault(int key, long domain, long address, int length, Right right) {
        KeyBinding binding = bindings.get(key);
        if (binding == null) {
            return Fault.INVALID_KEY;
        }
        if (binding.protectionDomain() != domain) {
            return Fault.NOT_ASSOCIATED_WITH_STREAM;
        }
        if (!binding.rights().contains(right)) {
            return Fault.ACCESS_RIGHTS;
        }
        boolean inside =
                address >= binding.baseAddress() && address + length <= binding.baseAddress() + binding.lengthBytes();
        return inside ? null : Fault.BASE_OR_BOUNDS;
    }

    private void access(int key, long domain, long address, int length, Right right, byte value, String context) {
        Fault expected = fault(key, domain, address, length, right);
        byte[] bytes = new byte[length];
        java.util.Arrays.fill(bytes, value);
        try {
            if (right == Right.WRITE) {
                bridge.place(domain, key, address, ByteBuffer.wrap(bytes));
            } else {
                bridge.fetch(domain, key, address, ByteBuffer.wrap(bytes));
            }
            assertThat(expected).as(context).isNull();
            int[] of = places.get(VirtualAddress.slot(address));
            for (int i = 0; i < length; i++) {
                int place = of[(int) VirtualAddress.offset(address) + i] - DATA;
                if (right == Right.WRITE) {
                    expectedBytes[place] = value;
                } else {
                    assertThat(bytes[i]).as(context).isEqualTo(expectedBytes[place]);
                }
            }
        } catch (ProtectionFaultException e) {
            assertThat(e.fault()).as(context).isEqualTo(expected);
        }
        byte[] found = new byte[SPAN];
        memory.read(DATA, ByteBuffer.wrap(found), SPAN);
        assertThat(found).as(context).isEqualTo(expectedBytes);
    }

    private Plan randomPlan(Random random) {
        Plan plan = new Plan();
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            int slot = random.nextInt(20) == 0 ? 99 : random.nextInt(SLOTS);
            switch (random.nextInt(5)) {
                case 0 -> plan.revoke(keysEver.get(random.nextInt(keysEver.size())));
                case 1 -> plan.unmap(slot);
                case 2 -> plan.map(slot, randomExtents(random));
                default -> {
                    long base = VirtualAddress.base(slot) + (random.nextInt(3) == 0 ? random.nextInt(40) : 0);
                    Set<Right> rights = EnumSet.of(random.nextBoolean() ? Right.READ : Right.WRITE);
                    if (random.nextInt(3) == 0) {
                        rights = EnumSet.allOf(Right.class);
                    }
                    plan.bind(new KeyBinding(random.nextInt(2), base, 1 + random.nextInt(24), rights, 1));
                }
            }
        }
        return plan;
    }

    private static List<Extent> randomExtents(Random random) {
        List<Extent> extents = new ArrayList<>();
        int count = 1 + random.nextInt(3);
        int offset = 0;
        for (int i = 0; i < count; i++) {
            int length = 1 + random.nextInt(16);
            int place = random.nextInt(60) == 0 ? DATA - 1 : DATA + random.nextInt(SPAN - length + 1);
            extents.add(new Extent(offset, place, length));
            offset += length;
        }
        return extents;
    }

    @Test
    void tables_randomPrograms_matchTheModel() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        int applied = 0;
        int granted = 0;
        for (int step = 0; step < STEPS; step++) {
            String context = "seed " + seed + " step " + step;
            Plan plan = randomPlan(random);
            applied += verdict(plan) == null ? 1 : 0;
            apply(plan, context);
            int key = bindings.isEmpty() || random.nextInt(4) == 0
                    ? keysEver.get(random.nextInt(keysEver.size()))
                    : List.copyOf(bindings.keySet()).get(random.nextInt(bindings.size()));
            long address = VirtualAddress.base(random.nextInt(SLOTS)) + random.nextInt(30);
            if (bindings.containsKey(key) && random.nextInt(3) > 0) {
                address = bindings.get(key).baseAddress() + random.nextInt(4);
            }
            Right right = random.nextBoolean() ? Right.READ : Right.WRITE;
            int length = 1 + random.nextInt(20);
            int domain = random.nextInt(2);
            granted += fault(key, domain, address, length, right) == null ? 1 : 0;
            access(key, domain, address, length, right, (byte) random.nextInt(), context);
            if (keysEver.size() > 200) {
                keysEver.subList(3, 100).clear();
            }
        }
        // Of both kinds enough, or the programs say nothing.
        assertThat(applied).as("seed %d", seed).isGreaterThan(STEPS / 40);
        assertThat(granted).as("seed %d", seed).isGreaterThan(STEPS / 200);
    }

    /** Every program of so many steps over two slots and two places, with every access tried after each. */
    @Test
    void tables_allShortPrograms_matchTheModel() {
        int operations = 9;
        int length = 4;
        int programs = (int) Math.pow(operations, length);
        for (int program = 0; program < programs; program++) {
            List<Integer> bound = new ArrayList<>();
            int rest = program;
            for (int step = 0; step < length; step++) {
                String context = "program " + program + " step " + step;
                Plan plan = shortPlan(rest % operations, bound);
                rest /= operations;
                Set<Integer> before = new HashSet<>(bindings.keySet());
                apply(plan, context);
                bindings.keySet().stream().filter(key -> !before.contains(key)).forEach(bound::add);
            }
            for (int key : bound) {
                access(key, 1, VirtualAddress.base(0), 4, Right.WRITE, (byte) program, "program " + program);
                access(key, 1, VirtualAddress.base(1), 4, Right.READ, (byte) 0, "program " + program);
            }
            Plan reset = new Plan();
            bindings.keySet().forEach(reset::revoke);
            places.keySet().forEach(reset::unmap);
            apply(reset, "after program " + program);
            keysEver.clear();
        }
    }

    private static Plan shortPlan(int operation, List<Integer> bound) {
        Plan plan = new Plan();
        switch (operation) {
            case 0, 1 -> plan.map(operation, List.of(new Extent(0, DATA + operation * 8L, 4)));
            // Shares a byte with slot 0's place.
            case 2 -> plan.map(1, List.of(new Extent(0, DATA + 3, 4)));
            case 3, 4 -> plan.unmap(operation - 3);
            case 5, 6 ->
                plan.bind(new KeyBinding(1, VirtualAddress.base(operation - 5), 4, EnumSet.allOf(Right.class), 1));
            case 7 -> {
                if (!bound.isEmpty()) {
                    plan.revoke(bound.get(0));
                }
            }
            default -> {
                if (!bound.isEmpty()) {
                    plan.revoke(bound.get(bound.size() - 1));
                }
                plan.unmap(0);
                plan.map(0, List.of(new Extent(0, DATA + 16, 4)));
            }
        }
        return plan;
    }
}
