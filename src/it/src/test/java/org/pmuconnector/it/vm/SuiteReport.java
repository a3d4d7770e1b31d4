package org.pmuconnector.it.vm;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** Reads the reports that JUnit's console launcher writes. */
final class SuiteReport {

    private SuiteReport() {}

    /** The tests of all reports in a folder; none if there is no report, as after a crash. */
    static List<SuiteTest> read(Path directory) throws IOException {
        List<SuiteTest> tests = new ArrayList<>();
        try (DirectoryStream<Path> reports = Files.newDirectoryStream(directory, "TEST-*.xml")) {
            for (Path report : reports) {
                NodeList cases = parse(report).getElementsByTagName("testcase");
                for (int index = 0; index < cases.getLength(); index++) {
                    tests.add(test((Element) cases.item(index)));
                }
            }
        }
        return tests;
    }

    private static Document parse(Path report) throws IOException {
        try {
            return DocumentBuilderFactory.newDefaultInstance()
                    .newDocumentBuilder()
                    .parse(report.toFile());
        } catch (ParserConfigurationException | SAXException e) {
            throw new IOException(report + " is no report of JUnit: " + e.getMessage(), e);
        }
    }

    private static SuiteTest test(Element test) {
        String className = test.getAttribute("classname");
        String name = className.substring(className.lastIndexOf('.') + 1) + "."
                + test.getAttribute("name").replace("()", "");
        return new SuiteTest(name, problem(test));
    }

    private static String problem(Element test) {
        for (String kind : List.of("failure", "error")) {
            Element problem = (Element) test.getElementsByTagName(kind).item(0);
            if (problem != null) {
                // The trace begins with the message.
                return problem.getTextContent().strip();
            }
        }
        Element skipped = (Element) test.getElementsByTagName("skipped").item(0);
        return skipped == null
                ? null
                : "skipped, and no test ever is: " + skipped.getTextContent().strip();
    }
}
