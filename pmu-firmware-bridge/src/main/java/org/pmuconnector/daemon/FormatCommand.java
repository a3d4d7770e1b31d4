package org.pmuconnector.daemon;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.Unit;
import org.pmuconnector.pmu.manager.ManagerKey;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes a unit. */
@Command(
        name = "format",
        mixinStandardHelpOptions = true,
        versionProvider = PmuVersion.class,
        description = {
            "Makes a new unit in a file.",
            "The file must not exist. It is sparse: it takes up room as it is used. The manager's private key is put "
                    + "beside it as PATH.key, readable by you alone; the unit cannot be served without it.",
            "PATH may be a symbolic link to where the file shall be; the key is put beside the link. hugetlbfs, which "
                    + "holds no keys, needs that."
        })
final class FormatCommand implements Callable<Integer> {

    @Parameters(paramLabel = "PATH", description = "The unit's file.")
    private Path path;

    @Option(names = "--size", required = true, paramLabel = "SIZE", description = "1m to 1t, such as 256m or 8g.")
    private ByteSize size;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws PmuException {
        Unit.format(path, size.bytes());
        spec.commandLine()
                .getOut()
                .println("formatted " + path + ", " + size + "; keep " + ManagerKey.fileOf(path) + " with it");
        return 0;
    }
}
