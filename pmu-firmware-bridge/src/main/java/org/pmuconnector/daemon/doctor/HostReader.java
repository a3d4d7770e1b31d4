package org.pmuconnector.daemon.doctor;

import java.lang.System.Logger.Level;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Reads a host. Changes nothing, but that the kernel may load a module whose device file is looked at. */
public final class HostReader {

    private final HostFiles files;
    private final Function<String, List<String>> addresses;
    private final VerbsLibrary.Source library;

    /**
     * A reader.
     *
     * @param root the folder that stands for {@code /}
     * @param addresses the IPv4 addresses of a network interface, none for one that is not there
     * @param library the native library
     */
    HostReader(Path root, Function<String, List<String>> addresses, VerbsLibrary.Source library) {
        this.files = new HostFiles(root);
        this.addresses = addresses;
        this.library = library;
    }

    /** For the host that this process is on. */
    public static HostReader ofThisHost() {
        return new HostReader(Path.of("/"), HostReader::addresses, VerbsLibrary::load);
    }

    private static List<String> addresses(String name) {
        try {
            NetworkInterface found = NetworkInterface.getByName(name);
            return found == null
                    ? List.of()
                    : found.inetAddresses()
                            .filter(Inet4Address.class::isInstance)
                            .map(InetAddress::getHostAddress)
                            .toList();
        } catch (SocketException e) {
            System.getLogger(HostReader.class.getName())
                    .log(Level.DEBUG, () -> "looking for the addresses of " + name, e);
            return List.of();
        }
    }

    /**
     * Reads it all. What cannot be read is left empty.
     *
     * @param place a unit's file or a folder for one, if there is to be a word about it
     */
    public Host read(Optional<Path> place) {
        RdmaDeviceReader reader = new RdmaDeviceReader(files, addresses);
        List<RdmaDevice> devices = reader.readAll();
        return new Host(
                devices,
                reader.candidate(),
                Kernel.read(files),
                ProcessLimits.read(files),
                RdmaCore.read(files),
                library.load(!devices.isEmpty()),
                place.map(path -> Place.read(files, path)));
    }
}
