package org.pmuconnector.daemon.doctor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What is to be said about the kernel's modules and device files. */
final class KernelFindings {

    private static final String MODULES = "kernel";
    private static final String MANAGER = "connection manager";
    private static final String VERBS = "verbs";
    private static final String FOLDER = "/dev/infiniband";
    private static final String ALLOW = "Run a container with --device " + FOLDER + ", and elsewhere let this user in";

    private KernelFindings() {}

    static List<Finding> of(Host host) {
        Kernel kernel = host.kernel();
        List<String> missing = kernel.missingModules();
        List<Finding> findings = new ArrayList<>();
        findings.add(modules(kernel, missing));
        // Without its module a file cannot be there, which needs no saying.
        if (!missing.contains(Kernel.CONNECTION_MANAGER)) {
            findings.add(manager(kernel.connectionManager(), host.library().managerRefusal()));
        }
        if (!missing.contains(Kernel.VERBS) && !host.devices().isEmpty()) {
            findings.add(verbs(kernel.verbsFiles()));
        }
        return findings;
    }

    private static Finding modules(Kernel kernel, List<String> missing) {
        Map<KernelModule.State, List<String>> byState = kernel.modules().stream()
                .collect(Collectors.groupingBy(
                        KernelModule::state,
                        LinkedHashMap::new,
                        Collectors.mapping(KernelModule::name, Collectors.toList())));
        String text = (kernel.release().isEmpty() ? "" : kernel.release() + ": ")
                + byState.entrySet().stream()
                        .map(entry -> String.join(", ", entry.getValue()) + " " + entry.getKey())
                        .collect(Collectors.joining("; "));
        return missing.isEmpty()
                ? Finding.ok(MODULES, text)
                : Finding.problem(
                        MODULES,
                        text,
                        "Load those that programs need, and name them in /etc/modules-load.d for the next start",
                        "modprobe -a " + String.join(" ", missing));
    }

    private static Finding manager(DeviceFile file, String refusal) {
        if (!file.opens()) {
            return file.present()
                    ? Finding.problem(MANAGER, refused(file), ALLOW, allow(file.path()))
                    : notMade(MANAGER, file.path());
        }
        return refusal.isEmpty()
                ? Finding.ok(MANAGER, file.path() + " can be opened")
                : Finding.problem(
                        MANAGER,
                        refusal.split("; ", 2)[0],
                        "Look whether rdma-core lists the devices, and install its drivers if not",
                        "ibv_devices");
    }

    private static Finding verbs(List<DeviceFile> files) {
        if (files.isEmpty()) {
            return notMade(VERBS, FOLDER + "/uverbs0");
        }
        List<DeviceFile> refused = files.stream().filter(file -> !file.opens()).toList();
        if (refused.isEmpty()) {
            return Finding.ok(
                    VERBS, files.stream().map(DeviceFile::path).collect(Collectors.joining(", ")) + " can be opened");
        }
        return new Finding(
                refused.size() == files.size() ? Finding.Verdict.PROBLEM : Finding.Verdict.WARNING,
                VERBS,
                refused.stream().map(KernelFindings::refused).collect(Collectors.joining("; ")),
                ALLOW,
                allow(refused.stream().map(DeviceFile::path).collect(Collectors.joining(" "))));
    }

    private static Finding notMade(String subject, String path) {
        return Finding.problem(
                subject,
                path + " is not there, though the kernel has what makes it",
                "Run a container with --device " + FOLDER + ", and elsewhere let udev make it",
                "udevadm trigger");
    }

    private static String refused(DeviceFile file) {
        return file.path() + " cannot be opened to read and write: " + file.refusal();
    }

    private static String allow(String paths) {
        return "chmod a+rw " + paths;
    }
}
