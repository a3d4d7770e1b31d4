package org.pmuconnector.it.chaos;

import java.io.IOException;
import java.util.List;

/** Where the processes of a round run, and what is between them. Host 0 is the unit's, the others are servers'. */
interface Hosts extends AutoCloseable {

    /** The command that runs another one on a host; empty for none. */
    List<String> launcher(int host);

    /** Where the unit listens, the same after a restart. */
    String unitListens();

    /** The unit's address for a server. */
    String unitAddress(int host);

    /** A user that the unit lets in; empty where it lets in anybody. */
    String user();

    /** What is between them works again. */
    void heal() throws IOException, InterruptedException;

    @Override
    void close() throws IOException;
}
