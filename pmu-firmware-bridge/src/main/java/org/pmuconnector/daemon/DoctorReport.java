package org.pmuconnector.daemon;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.pmuconnector.daemon.doctor.DeviceFile;
import org.pmuconnector.daemon.doctor.Diagnosis;
import org.pmuconnector.daemon.doctor.Finding;
import org.pmuconnector.daemon.doctor.Gid;
import org.pmuconnector.daemon.doctor.Host;
import org.pmuconnector.daemon.doctor.KernelModule;
import org.pmuconnector.daemon.doctor.PortInterface;
import org.pmuconnector.daemon.doctor.ProcessLimits;
import org.pmuconnector.daemon.doctor.RdmaDevice;
import org.pmuconnector.daemon.doctor.RdmaPort;

/** What the doctor says: the devices, then the findings, the worst last. */
final class DoctorReport {

    private static final int WIDTH = 100;
    private static final String GAP = "  ";
    private static final String REMEDY = "-> ";
    private static final String UNDER_REMEDY = "   ";

    private final Host host;
    private final Diagnosis diagnosis;

    DoctorReport(Host host, Diagnosis diagnosis) {
        this.host = host;
        this.diagnosis = diagnosis;
    }

    void print(PrintWriter out) {
        TableGroup tables = new TableGroup();
        tables.add("ports", ports());
        tables.add("gids", gids());
        tables.printColumns(out);
        printFindings(out);
        long warnings = diagnosis.count(Finding.Verdict.WARNING);
        long problems = diagnosis.count(Finding.Verdict.PROBLEM);
        out.println();
        out.println(
                diagnosis.isUsable()
                        ? "verbs:// can be used on this host"
                                + (warnings == 0 ? "" : ", with " + some(warnings, "warning"))
                        : "verbs:// cannot be used on this host: " + some(problems, "problem"));
    }

    private static String some(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    private void printFindings(PrintWriter out) {
        int verdicts = 0;
        int subjects = 0;
        for (Finding finding : diagnosis.findings()) {
            verdicts = Math.max(verdicts, finding.verdict().toString().length());
            subjects = Math.max(subjects, finding.subject().length());
        }
        String margin = " ".repeat(verdicts + subjects + 2 * GAP.length());
        for (Finding finding : diagnosis.findings()) {
            String head =
                    padded(finding.verdict().toString(), verdicts) + GAP + padded(finding.subject(), subjects) + GAP;
            printWrapped(out, head, margin, finding.text());
            if (!finding.remedy().isEmpty()) {
                printRemedy(out, margin, finding);
            }
        }
    }

    /** A command is there to be copied, and stays in one piece. */
    private static void printRemedy(PrintWriter out, String margin, Finding finding) {
        String under = margin + UNDER_REMEDY;
        if (finding.command().isEmpty()) {
            printWrapped(out, margin + REMEDY, under, finding.remedy() + ".");
        } else if (under.length() + (finding.remedy() + ": " + finding.command()).length() <= WIDTH) {
            out.println(margin + REMEDY + finding.remedy() + ": " + finding.command());
        } else {
            printWrapped(out, margin + REMEDY, under, finding.remedy() + ":");
            out.println(under + finding.command());
        }
    }

    private static void printWrapped(PrintWriter out, String first, String others, String text) {
        String head = first;
        for (String line : wrapped(text, WIDTH - others.length())) {
            out.println(head + line);
            head = others;
        }
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(width - text.length());
    }

    private static List<String> wrapped(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (line.length() > 0 && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.length() == 0 ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    void printJson(PrintWriter out) {
        TableGroup tables = new TableGroup();
        tables.add("ports", ports());
        tables.add("gids", gids());
        tables.add("kernel", kernel());
        tables.add("modules", modules());
        tables.add("deviceFiles", deviceFiles());
        tables.add("limits", limits());
        tables.add("libraries", libraries());
        tables.add("place", place());
        tables.add("findings", findings());
        tables.add("verdict", verdict());
        tables.printJson(out);
    }

    /** A row for each port, and one for a device without any. */
    private Table ports() {
        Table table = new Table(
                "device", "driver", "firmware", "port", "transport", "interface", "state", "physical", "link", "rate");
        for (RdmaDevice device : host.devices()) {
            for (RdmaPort port : device.ports()) {
                table.add(
                        device.name(),
                        device.driver(),
                        device.firmware(),
                        port.number(),
                        port.transport(),
                        port.interfaces().stream().map(PortInterface::name).collect(Collectors.joining(",")),
                        port.stateName(),
                        port.physicalStateName(),
                        port.linkLayer(),
                        port.rate());
            }
            if (device.ports().isEmpty()) {
                table.add(device.name(), device.driver(), device.firmware(), "", "", "", "", "", "", "");
            }
        }
        return table;
    }

    private Table gids() {
        Table table = new Table("device", "port", "index", "gid", "type", "interface");
        for (RdmaDevice device : host.devices()) {
            for (RdmaPort port : device.ports()) {
                for (Gid gid : port.gids()) {
                    table.add(
                            device.name(), port.number(), gid.index(), gid.shown(), gid.type(), gid.networkInterface());
                }
            }
        }
        return table;
    }

    private Table kernel() {
        Table table = new Table("release");
        table.add(host.kernel().release());
        return table;
    }

    private Table modules() {
        Table table = new Table("module", "state");
        for (KernelModule module : host.kernel().modules()) {
            table.add(module.name(), module.state());
        }
        return table;
    }

    private Table deviceFiles() {
        Table table = new Table("path", "opens", "refusal");
        add(table, host.kernel().connectionManager());
        host.kernel().verbsFiles().forEach(file -> add(table, file));
        return table;
    }

    private static void add(Table table, DeviceFile file) {
        table.add(file.path(), file.refusal().isEmpty(), file.refusal());
    }

    private Table limits() {
        ProcessLimits limits = host.limits();
        Table table = new Table("limit", "soft", "hard");
        table.add(
                "locked memory bytes",
                limits.lockedMemoryBytes().softOrWord(),
                limits.lockedMemoryBytes().hardOrWord());
        table.add(
                "open files",
                limits.openFiles().softOrWord(),
                limits.openFiles().hardOrWord());
        return table;
    }

    private Table libraries() {
        Table table = new Table("native", "native version", "librdmacm", "libibverbs", "providers");
        table.add(
                host.library().place(),
                host.library().version(),
                host.core().connectionManager(),
                host.core().verbs(),
                String.join(",", host.core().providers()));
        return table;
    }

    private Table place() {
        Table table = new Table("path", "present", "mount point", "file system", "dax");
        host.place()
                .ifPresent(place ->
                        table.add(place.path(), place.present(), place.mountPoint(), place.fileSystem(), place.dax()));
        return table;
    }

    private Table findings() {
        Table table = new Table("verdict", "subject", "text", "remedy", "command");
        for (Finding finding : diagnosis.findings()) {
            table.add(finding.verdict(), finding.subject(), finding.text(), finding.remedy(), finding.command());
        }
        return table;
    }

    private Table verdict() {
        Table table = new Table("usable", "warnings", "problems");
        table.add(
                diagnosis.isUsable(),
                diagnosis.count(Finding.Verdict.WARNING),
                diagnosis.count(Finding.Verdict.PROBLEM));
        return table;
    }
}
