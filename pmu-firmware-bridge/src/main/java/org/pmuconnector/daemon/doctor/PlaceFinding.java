package org.pmuconnector.daemon.doctor;

/** What is to be said about where a unit is: whether its memory can be pinned for the network interface as it is. */
final class PlaceFinding {

    private static final String SUBJECT = "unit";

    private static final String STAGED =
            ", so the unit pins memory of its own and writes it through to the file on each flush";

    private PlaceFinding() {}

    static Finding of(Place place, Kernel kernel) {
        if (!place.present()) {
            return Finding.warning(
                    SUBJECT,
                    place.path() + " is not there, and nor is its folder",
                    "Name a unit's file, or the folder that one is to be made in",
                    "");
        }
        if (place.mountPoint().isEmpty()) {
            return Finding.warning(
                    SUBJECT,
                    "the file system of " + place.path() + " could not be read from /proc/self/mountinfo",
                    "Ask for it",
                    "findmnt --target PATH");
        }
        return Finding.ok(
                SUBJECT,
                place.path() + " is on " + place.fileSystem() + (place.dax() ? " with DAX" : "") + " ("
                        + place.mountPoint() + "): " + meaning(place, kernel));
    }

    private static String meaning(Place place, Kernel kernel) {
        if (place.isMemoryAlone()) {
            return "its pages are pinned as they are";
        }
        if (place.dax()) {
            return "DAX cannot be pinned for long" + STAGED;
        }
        return kernel.pinsFiles()
                ? "this kernel pins the file's pages as they are; Linux 6.5 and newer do not, and the unit would pin"
                        + " memory of its own and write it through on each flush"
                : "Linux 6.5 and newer pin no pages of files" + STAGED;
    }
}
