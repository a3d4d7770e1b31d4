package org.pmuconnector.ra;

import jakarta.resource.spi.ManagedConnectionMetaData;

/** What a console shows of a connection. */
record CheckpointMetaData(String userName) implements ManagedConnectionMetaData {

    @Override
    public String getEISProductName() {
        return "Persistent memory unit";
    }

    @Override
    public String getEISProductVersion() {
        return "1";
    }

    /** 0: the adapter knows no limit, the unit's applies. */
    @Override
    public int getMaxConnections() {
        return 0;
    }

    @Override
    public String getUserName() {
        return userName;
    }
}
