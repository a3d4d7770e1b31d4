package org.pmuconnector.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import org.pmuconnector.model.MonotonicClock;

/**
 * Lets actors run one at a time, each until it waits for something; which one goes on, and how long anything takes, the
 * seed decides. Time passes only while all wait.
 */
final class World implements MonotonicClock {

    static final long FOREVER = Long.MAX_VALUE;

    /** An actor's process has been killed: nothing of it goes on. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1L;

        Killed() {
            super("killed", null, false, false);
        }
    }

    /** What an actor does. */
    interface Body {
        void run() throws Exception;
    }

    private final Random random;
    private final ExecutorService threads;
    private final List<Actor> actors = new ArrayList<>();
    private final List<Actor> ready = new ArrayList<>();

    /** What the thread waits for that lets actors run. */
    private final Semaphore director = new Semaphore(0);

    private Actor current;
    private long now;
    private long until;
    private long turns;
    private Throwable defect;

    World(long seed, ExecutorService threads) {
        this.random = new Random(seed);
        this.threads = threads;
    }

    Random random() {
        return random;
    }

    @Override
    public long nanoTime() {
        return now;
    }

    /** How often an actor went on. */
    long turns() {
        return turns;
    }

    /** A new actor of a process; it begins when the world lets it. */
    void start(SimulatedProcess process, String name, Body body) {
        Actor actor = new Actor(process, name);
        actors.add(actor);
        threads.execute(() -> actor.live(body));
    }

    /** Lets actors run until the time, or until all of them wait for ever; then fails for what one of them met. */
    void runUntil(long nanos) {
        until = nanos;
        handTo(next());
        director.acquireUninterruptibly();
        if (defect != null) {
            throw new AssertionError("an actor met a defect", defect);
        }
    }

    /** Ends every actor. */
    void end() {
        defect = null;
        actors.forEach(actor -> actor.process.kill());
        handTo(next());
        director.acquireUninterruptibly();
    }

    /** Who goes on, null for who lets them run; to find out, time passes if all wait. */
    private Actor next() {
        if (defect != null) {
            return null;
        }
        while (true) {
            ready.clear();
            long next = until;
            for (Actor actor : actors) {
                if (actor.isReady(now)) {
                    ready.add(actor);
                } else if (!actor.process.isPaused()) {
                    next = Math.min(next, actor.wakeNanos);
                }
            }
            if (!ready.isEmpty()) {
                turns++;
                return ready.get(random.nextInt(ready.size()));
            }
            if (now >= until) {
                return null;
            }
            now = next;
        }
    }

    private void handTo(Actor actor) {
        current = actor;
        (actor == null ? director : actor.turn).release();
    }

    /** The actor that runs waits until it is woken by this object, or until the time. */
    void waitUntil(long nanos, Object on) {
        Actor me = current;
        if (me == null) {
            throw new IllegalStateException("outside of the world nobody can wait");
        }
        me.wakeNanos = nanos;
        me.waitsOn = on;
        Actor next = next();
        if (next != me) {
            handTo(next);
            me.turn.acquireUninterruptibly();
        }
        me.goOn();
    }

    /** The actor that runs lets others run for so long. */
    void pass(long nanos) {
        waitUntil(now + nanos, null);
    }

    /** All who wait for an object go on. */
    void wake(Object on) {
        for (Actor actor : actors) {
            if (actor.waitsOn == on) {
                actor.wakeNanos = now;
                actor.waitsOn = null;
            }
        }
    }

    /** Who runs, null outside of the world. */
    Object current() {
        return current;
    }

    private final class Actor {

        private final SimulatedProcess process;
        private final String name;
        private final Semaphore turn = new Semaphore(0);
        private long wakeNanos;
        private Object waitsOn;

        Actor(SimulatedProcess process, String name) {
            this.process = process;
            this.name = name;
            this.wakeNanos = now;
        }

        boolean isReady(long at) {
            return process.isKilled() || (!process.isPaused() && wakeNanos <= at);
        }

        void live(Body body) {
            turn.acquireUninterruptibly();
            try {
                goOn();
                body.run();
            } catch (Killed e) {
                // Nobody hears of it.
            } catch (Exception | Error e) {
                if (!process.isKilled()) {
                    defect = new AssertionError(name, e);
                }
            } finally {
                actors.remove(this);
                handTo(next());
            }
        }

        void goOn() {
            waitsOn = null;
            if (process.isKilled()) {
                throw new Killed();
            }
        }
    }
}
