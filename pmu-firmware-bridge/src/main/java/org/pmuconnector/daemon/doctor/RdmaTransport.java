package org.pmuconnector.daemon.doctor;

/** What a port of an RDMA device speaks. */
enum RdmaTransport {
    INFINIBAND("InfiniBand"),
    ROCE("RoCE"),
    IWARP("iWARP"),
    /** Nothing that a connection manager makes connections with. */
    OTHER("other");

    private final String text;

    RdmaTransport(String text) {
        this.text = text;
    }

    /**
     * What it is, by what the kernel says.
     *
     * @param nodeType of the device, such as {@code 1: CA}
     * @param linkLayer of the port, such as {@code Ethernet}
     */
    static RdmaTransport of(String nodeType, String linkLayer) {
        if (nodeType.startsWith("4:")) {
            return IWARP;
        }
        if (nodeType.startsWith("1:")) {
            return linkLayer.equals("InfiniBand") ? INFINIBAND : ROCE;
        }
        return OTHER;
    }

    /** Its name, for people. */
    @Override
    public String toString() {
        return text;
    }
}
