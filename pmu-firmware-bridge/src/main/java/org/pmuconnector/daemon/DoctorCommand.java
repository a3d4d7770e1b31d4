package org.pmuconnector.daemon;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.pmuconnector.daemon.doctor.Diagnosis;
import org.pmuconnector.daemon.doctor.Host;
import org.pmuconnector.daemon.doctor.HostReader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Tells whether verbs can be used on this host. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        versionProvider = PmuVersion.class,
        description = {
            "Tells whether verbs:// can be used on this host, and what to do if not: RDMA devices, kernel, limits of a "
                    + "process that is started as this one is, libraries.",
            "Exit code 0 if it can, 1 if not."
        })
final class DoctorCommand implements Callable<Integer> {

    @Parameters(
            paramLabel = "PATH",
            arity = "0..1",
            description = "A unit's file, or a folder for one: also tells what its file system means for verbs.")
    private Path path;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    private final HostReader reader;

    /** For this host. */
    DoctorCommand() {
        this(HostReader.ofThisHost());
    }

    DoctorCommand(HostReader reader) {
        this.reader = reader;
    }

    @Override
    public Integer call() {
        Host host = reader.read(Optional.ofNullable(path));
        Diagnosis diagnosis = Diagnosis.of(host);
        PrintWriter out = spec.commandLine().getOut();
        DoctorReport report = new DoctorReport(host, diagnosis);
        if (json) {
            report.printJson(out);
        } else {
            report.print(out);
        }
        out.flush();
        return diagnosis.isUsable() ? 0 : 1;
    }
}
