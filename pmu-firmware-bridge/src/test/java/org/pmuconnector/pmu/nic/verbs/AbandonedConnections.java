package org.pmuconnector.pmu.nic.verbs;

import java.net.InetSocketAddress;

/**
 * Makes connections without end on several threads, some of which log in and some of which are in the middle of a message,
 * and gives none back: to be killed. {@code main(HOST, PORT)}
 */
final class AbandonedConnections {

    private static final int THREADS = 4;
    private static final int MOST_CONNECTIONS = 100;

    private AbandonedConnections() {}

    public static void main(String[] arguments) {
        InetSocketAddress unit = new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1]));
        for (int i = 0; i < THREADS; i++) {
            int first = i;
            new Thread(() -> connect(unit, first)).start();
        }
    }

    private static void connect(InetSocketAddress unit, int first) {
        try {
            for (int i = first; i < MOST_CONNECTIONS; i++) {
                tell();
                Intruder intruder = Intruder.connect(unit);
                tell();
                if (i % THREADS > 0) {
                    intruder.loggedIn();
                    tell();
                }
                if (i % THREADS > 1) {
                    intruder.open(Intruder.NAME, true, 1);
                    tell();
                }
                if (i % THREADS > 2) {
                    intruder.send(Frames.frame(Frames.VERSION, 0, 0, new byte[] {1}));
                    tell();
                }
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void tell() {
        System.out.println("a step further");
    }
}
