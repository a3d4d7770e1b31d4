package org.pmuconnector.benchmarks;

import java.util.Arrays;
import java.util.Scanner;

/** How many updates a server acknowledged in each slice of time, by the clock that all processes of a machine share. */
record Timeline(long startMillis, long sliceMillis, SliceCounts counts) {

    /** What is looked at as one: a few slices, so that one pause of the machine is not a drop. */
    private static final long WINDOW_MILLIS = 250;

    /** Counts as a value. */
    static final class SliceCounts {
        private final int[] counts;

        SliceCounts(int[] counts) {
            this.counts = counts;
        }

        int length() {
            return counts.length;
        }

        int at(int slice) {
            return counts[slice];
        }
    }

    /** As the server's application prints it. */
    static Timeline parse(String lines) {
        Scanner numbers = new Scanner(lines);
        long start = numbers.nextLong();
        long slice = numbers.nextLong();
        return new Timeline(
                start,
                slice,
                new SliceCounts(numbers.tokens().mapToInt(Integer::parseInt).toArray()));
    }

    /** The median of the rates of all windows between two moments, in updates for each second; 0 if there is none. */
    double medianRate(long fromMillis, long toMillis) {
        int first = (int) Math.max(0, ceiling(fromMillis));
        int end = (int) Math.min(counts.length(), (toMillis - startMillis) / sliceMillis);
        double[] rates = new double[Math.max(0, end - first - slicesOfWindow() + 1)];
        for (int i = 0; i < rates.length; i++) {
            rates[i] = rate(first + i);
        }
        Arrays.sort(rates);
        return rates.length == 0 ? 0 : rates[rates.length / 2];
    }

    /** How long after a moment the first window ended that reached a rate, in milliseconds; -1 if none did. */
    long millisUntil(long momentMillis, double rate) {
        for (int slice = (int) Math.max(0, ceiling(momentMillis));
                slice + slicesOfWindow() <= counts.length();
                slice++) {
            if (rate(slice) >= rate) {
                return startMillis + (slice + slicesOfWindow()) * sliceMillis - momentMillis;
            }
        }
        return -1;
    }

    private long ceiling(long millis) {
        return (millis - startMillis + sliceMillis - 1) / sliceMillis;
    }

    private int slicesOfWindow() {
        return (int) (WINDOW_MILLIS / sliceMillis);
    }

    private double rate(int slice) {
        long sum = 0;
        for (int i = 0; i < slicesOfWindow(); i++) {
            sum += counts.at(slice + i);
        }
        return sum * 1000.0 / WINDOW_MILLIS;
    }
}
