package org.pmuconnector.it;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestTag;
import org.junit.platform.launcher.PostDiscoveryFilter;

/**
 * Leaves tests with a tag out where what they need is missing: the build installs nothing on whoever's machine it runs on. A
 * system property decides: {@code auto} so, {@code required} never leaves them out, {@code off} always does.
 */
public abstract class OptionalTests implements PostDiscoveryFilter {

    /** By property. JUnit may make a filter several times in a run, which asks and says what is missing once. */
    private static final Map<String, Boolean> DECIDED = new ConcurrentHashMap<>();

    private final String tag;
    private final String property;
    private final String excluded;

    /**
     * A filter that has not decided yet.
     *
     * @param tag of the tests
     * @param property that decides
     * @param excluded why they are left out, in a few words
     */
    protected OptionalTests(String tag, String property, String excluded) {
        this.tag = tag;
        this.property = property;
        this.excluded = excluded;
    }

    /** Whether what they need is there; prints in one line what is not, and how to get it. Asked once at most. */
    protected abstract boolean isEverythingThere();

    @Override
    public final FilterResult apply(TestDescriptor test) {
        if (!test.getTags().contains(TestTag.create(tag)) || isIncluded()) {
            return FilterResult.included("needs nothing that is missing");
        }
        return FilterResult.excluded(excluded);
    }

    private boolean isIncluded() {
        return DECIDED.computeIfAbsent(property, name -> decide(System.getProperty(name, "auto")));
    }

    private boolean decide(String choice) {
        return switch (choice) {
            case "required" -> true;
            case "off" -> false;
            case "auto" -> isEverythingThere();
            default ->
                throw new IllegalArgumentException(property + " is auto, required or off, and not '" + choice + "'");
        };
    }
}
