package org.pmuconnector.daemon;

import java.io.PrintWriter;
import org.pmuconnector.model.PmuException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * The command {@code pmu}. Exit codes: 0 when all is well, 1 when something was refused, failed or found wrong, 2 when the
 * command line cannot be understood.
 */
@Command(
        name = "pmu",
        mixinStandardHelpOptions = true,
        versionProvider = PmuVersion.class,
        description = "Makes, serves and looks at persistent memory units.",
        subcommands = {
            FormatCommand.class,
            ServeCommand.class,
            ManageCommand.class,
            RotateKeyCommand.class,
            StatusCommand.class,
            RegionsCommand.class,
            ConnectionsCommand.class,
            KeysCommand.class,
            CreateCommand.class,
            GrowCommand.class,
            DeleteCommand.class,
            ExportCommand.class,
            ImportCommand.class,
            LogCommand.class,
            SettleCommand.class,
            ParkedCommand.class,
            UnparkCommand.class,
            SwitchoverCommand.class,
            TakeoverCommand.class,
            CheckCommand.class,
            DoctorCommand.class,
            AccessCommand.class,
            UserCommand.class
        },
        footer = {
            "",
            "An ADDRESS is embedded:PATH, iwarp://HOST:PORT, iwarps://HOST:PORT or verbs://HOST:PORT.",
            "Exit codes: 0 done, 1 refused, failed or found wrong, 2 usage."
        })
public final class Pmu {

    private static final String LOG_FORMAT_PROPERTY = "java.util.logging.SimpleFormatter.format";

    /** A moment, a level, a sentence: one line each. */
    private static final String LOG_FORMAT = "%1$tFT%1$tT.%1$tL%1$tz %4$s %5$s%6$s%n";

    /** Runs the command line and ends the process. */
    public static void main(String[] args) {
        if (System.getProperty(LOG_FORMAT_PROPERTY) == null) {
            System.setProperty(LOG_FORMAT_PROPERTY, LOG_FORMAT);
        }
        System.exit(commandLine().execute(args));
    }

    /** The command line, as {@link #main} runs it. */
    static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new Pmu());
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.registerConverter(ByteSize.class, ByteSize::parse);
        commandLine.registerConverter(ListenAddress.class, ListenAddress::parse);
        commandLine.registerConverter(PersistenceMethod.class, PersistenceMethod::parse);
        commandLine.registerConverter(org.pmuconnector.model.UnitAddress.class, new AddressConverter());
        commandLine.setExecutionExceptionHandler(Pmu::report);
        return commandLine;
    }

    /** One line for what a user can do something about; a defect shows where it is. */
    private static int report(Exception failure, CommandLine command, CommandLine.ParseResult parsed) throws Exception {
        if (failure instanceof PmuException pmu) {
            PrintWriter err = command.getErr();
            err.println("pmu: " + pmu.code().text() + " " + pmu.getMessage());
            err.flush();
            return 1;
        }
        throw failure;
    }
}
