package org.pmuconnector.daemon.doctor;

import java.util.List;
import java.util.stream.Stream;

/**
 * The libraries of rdma-core that the native library needs.
 *
 * @param connectionManager where {@code librdmacm.so.1} is; empty if in none of the usual folders
 * @param verbs where {@code libibverbs.so.1} is; empty likewise
 * @param providers the drivers' halves in user space, each named to libibverbs and there
 */
public record RdmaCore(String connectionManager, String verbs, List<String> providers) {

    private static final String CONFIGURATION = "/etc/libibverbs.d";
    private static final String CONFIGURATION_SUFFIX = ".driver";
    private static final List<String> FOLDERS =
            List.of("/usr/lib64", "/usr/lib", "/lib64", "/lib", "/usr/local/lib64", "/usr/local/lib");

    static RdmaCore read(HostFiles files) {
        List<String> folders =
                FOLDERS.stream().flatMap(folder -> withItsOwn(files, folder)).toList();
        List<String> libraries = folders.stream()
                .flatMap(folder -> files.names(folder + "/libibverbs").stream())
                .toList();
        List<String> providers = files.names(CONFIGURATION).stream()
                .filter(name -> name.endsWith(CONFIGURATION_SUFFIX))
                .map(name -> name.substring(0, name.length() - CONFIGURATION_SUFFIX.length()))
                .filter(name -> libraries.stream().anyMatch(library -> library.startsWith("lib" + name + "-rdmav")))
                .toList();
        return new RdmaCore(find(files, folders, "librdmacm.so.1"), find(files, folders, "libibverbs.so.1"), providers);
    }

    /** A folder and those of Debian for each processor, such as {@code /usr/lib/x86_64-linux-gnu}. */
    private static Stream<String> withItsOwn(HostFiles files, String folder) {
        return Stream.concat(
                Stream.of(folder),
                files.names(folder).stream()
                        .filter(name -> name.contains("-linux-"))
                        .map(name -> folder + "/" + name));
    }

    private static String find(HostFiles files, List<String> folders, String library) {
        return folders.stream()
                .map(folder -> folder + "/" + library)
                .filter(files::exists)
                .findFirst()
                .orElse("");
    }

    boolean isComplete() {
        return !connectionManager.isEmpty() && !verbs.isEmpty();
    }
}
