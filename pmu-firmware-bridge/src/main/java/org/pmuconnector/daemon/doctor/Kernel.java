package org.pmuconnector.daemon.doctor;

import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The kernel's side of verbs.
 *
 * @param release such as 6.1.0-56-amd64
 * @param modules those that matter
 * @param connectionManager its device file
 * @param verbsFiles one for each device
 */
public record Kernel(
        String release, List<KernelModule> modules, DeviceFile connectionManager, List<DeviceFile> verbsFiles) {

    /** For the connection manager of user space. */
    static final String CONNECTION_MANAGER = "rdma_ucm";

    /** For verbs of user space. */
    static final String VERBS = "ib_uverbs";

    private static final List<String> MODULES = List.of(CONNECTION_MANAGER, VERBS, "rdma_rxe", "siw");
    private static final String DEVICE_FILES = "/dev/infiniband/";
    private static final Pattern VERBS_FILE = Pattern.compile("uverbs\\d+");
    private static final Pattern VERSION = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})(?:\\D.*)?");

    /** The first that refuses to pin memory of files for long (FOLL_LONGTERM), but for those that are memory alone. */
    private static final int REFUSES_FILES_MAJOR = 6;

    private static final int REFUSES_FILES_MINOR = 5;

    static Kernel read(HostFiles files) {
        // Opening the device files may load the modules, so these come later.
        DeviceFile connectionManager = files.open(DEVICE_FILES + "rdma_cm");
        List<DeviceFile> verbsFiles = files.names(DEVICE_FILES).stream()
                .filter(name -> VERBS_FILE.matcher(name).matches())
                .map(name -> files.open(DEVICE_FILES + name))
                .toList();
        Set<String> loaded = files.lines("/proc/modules").stream()
                .map(line -> line.split(" ", 2)[0])
                .collect(Collectors.toSet());
        List<KernelModule> modules = MODULES.stream()
                .map(name -> new KernelModule(name, state(files, loaded, name)))
                .toList();
        return new Kernel(files.line("/proc/sys/kernel/osrelease"), modules, connectionManager, verbsFiles);
    }

    private static KernelModule.State state(HostFiles files, Set<String> loaded, String name) {
        if (loaded.contains(name)) {
            return KernelModule.State.LOADED;
        }
        return files.exists("/sys/module/" + name) ? KernelModule.State.BUILT_IN : KernelModule.State.MISSING;
    }

    /** Those that programs reach RDMA through and that are not there: neither as modules nor by a file of theirs. */
    List<String> missingModules() {
        return modules.stream()
                .filter(module -> module.state() == KernelModule.State.MISSING)
                .map(KernelModule::name)
                .filter(name -> (name.equals(CONNECTION_MANAGER) && !connectionManager.opens())
                        || (name.equals(VERBS) && verbsFiles.stream().noneMatch(DeviceFile::opens)))
                .toList();
    }

    /** Whether it pins the memory of an ordinary file; a release that says no version counts as one that does not. */
    boolean pinsFiles() {
        Matcher version = VERSION.matcher(release);
        if (!version.matches()) {
            return false;
        }
        int major = Integer.parseInt(version.group(1));
        int minor = Integer.parseInt(version.group(2));
        return major < REFUSES_FILES_MAJOR || (major == REFUSES_FILES_MAJOR && minor < REFUSES_FILES_MINOR);
    }
}
