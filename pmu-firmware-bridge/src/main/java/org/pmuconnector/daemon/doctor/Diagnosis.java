package org.pmuconnector.daemon.doctor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What was found on a host.
 *
 * @param findings all of them, the worst last
 */
public record Diagnosis(List<Finding> findings) {

    /** Judges a host by what was read of it. */
    public static Diagnosis of(Host host) {
        List<Finding> findings = new ArrayList<>();
        findings.addAll(LibraryFindings.of(host));
        findings.addAll(KernelFindings.of(host));
        findings.addAll(LimitFindings.of(host.limits()));
        host.place().ifPresent(place -> findings.add(PlaceFinding.of(place, host.kernel())));
        findings.addAll(DeviceFindings.of(host));
        findings.sort(Comparator.comparing(Finding::verdict));
        return new Diagnosis(List.copyOf(findings));
    }

    /** How many there are of a kind. */
    public long count(Finding.Verdict verdict) {
        return findings.stream().filter(finding -> finding.verdict() == verdict).count();
    }

    /** Whether verbs can be used. */
    public boolean isUsable() {
        return count(Finding.Verdict.PROBLEM) == 0;
    }
}
