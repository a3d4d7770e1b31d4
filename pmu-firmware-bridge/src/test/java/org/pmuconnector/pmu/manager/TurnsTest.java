package org.pmuconnector.pmu.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Threads take turns at the manager: whatever its public methods do, they do under its one lock. */
class TurnsTest {

    /** They return what never changes. */
    private static final Set<String> WITHOUT_STATE = Set.of("connections", "regions", "primaries", "subscriptions");

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

    @TestFactory
    List<DynamicTest> publicMethod_whileAnotherHasItsTurn_waits() throws Exception {
        ManagerFixture unit = new ManagerFixture();
        PersistentMemoryManager manager = unit.manager;
        List<DynamicTest> tests = new ArrayList<>();
        for (Object door : List.of(
                manager, manager.connections(), manager.regions(), manager.primaries(), manager.subscriptions())) {
            for (Method method : requests(door)) {
                String name = door.getClass().getSimpleName() + "." + method.getName();
                tests.add(DynamicTest.dynamicTest(name, () -> assertWaits(manager, door, method)));
            }
        }
        assertThat(tests).hasSizeGreaterThan(25);
        return tests;
    }

    private static List<Method> requests(Object door) {
        return Arrays.stream(door.getClass().getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
                .filter(method ->
                        !(door instanceof PersistentMemoryManager) || !WITHOUT_STATE.contains(method.getName()))
                .sorted(Comparator.comparing(Method::getName))
                .toList();
    }

    private void assertWaits(PersistentMemoryManager manager, Object door, Method method) throws Exception {
        Object[] nothing = Arrays.stream(method.getParameterTypes())
                .map(type -> Array.get(Array.newInstance(type, 1), 0))
                .toArray();
        Thread caller = new Thread(
                () -> {
                    try {
                        method.invoke(door, nothing);
                    } catch (ReflectiveOperationException e) {
                        // With nothing for each argument it may well be refused, when it has its turn.
                        assertThat(e).isNotNull();
                    }
                },
                "caller");
        synchronized (manager.lock()) {
            caller.start();
            long giveUpNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (!waitsForMe(caller)) {
                assertThat(caller.isAlive())
                        .as("it went ahead without the lock")
                        .isTrue();
                assertThat(System.nanoTime() - giveUpNanos)
                        .as("it waits for something else")
                        .isNegative();
                Thread.onSpinWait();
            }
        }
        caller.join(TimeUnit.SECONDS.toMillis(10));
        assertThat(caller.isAlive()).isFalse();
    }

    private boolean waitsForMe(Thread caller) {
        ThreadInfo info = threads.getThreadInfo(caller.getId());
        return info != null
                && info.getThreadState() == Thread.State.BLOCKED
                && info.getLockOwnerId() == Thread.currentThread().getId()
                && info.getLockInfo().getClassName().equals(Connections.class.getName());
    }

    @Test
    void connections_withoutTheLock_isADefect() throws Exception {
        ManagerFixture unit = new ManagerFixture();
        ManagerFixture.Peer tool = unit.tool();
        assertThatThrownBy(() -> unit.manager.lock().requireGreeted(tool.id))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("lock");
    }
}
