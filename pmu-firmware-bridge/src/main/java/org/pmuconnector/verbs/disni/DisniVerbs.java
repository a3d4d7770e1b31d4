package org.pmuconnector.verbs.disni;

import com.ibm.disni.verbs.RdmaCm;
import com.ibm.disni.verbs.RdmaEventChannel;
import com.ibm.disni.verbs.RdmaProvider;
import java.io.IOException;
import java.nio.file.Path;
import org.pmuconnector.verbs.NativeVerbs;

/** The far side of {@link NativeVerbs}. Stateless. */
public final class DisniVerbs implements NativeVerbs {

    /** For the class loader for verbs alone. */
    public DisniVerbs() {}

    @Override
    @SuppressWarnings("restricted") // Loading a native library is what this is for.
    public void load(Path library) {
        System.load(library.toString());
    }

    @Override
    public int open() throws IOException {
        return RdmaProvider.provider().getVersion();
    }

    @Override
    public void probe() throws IOException {
        RdmaCm manager = RdmaCm.open();
        RdmaEventChannel channel = manager.createEventChannel();
        int result = manager.destroyEventChannel(channel);
        if (result != 0) {
            throw new IOException("the connection manager's channel could not be closed again: error " + -result);
        }
    }
}
