package org.pmuconnector.ra;

import jakarta.resource.spi.UnavailableException;
import jakarta.resource.spi.endpoint.MessageEndpoint;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import java.lang.reflect.Method;
import javax.transaction.xa.XAResource;
import org.pmuconnector.checkpoint.CheckpointListener;

/** A server's side of a message-driven bean whose every method has a transaction. */
public abstract class TransactedEndpoints implements MessageEndpointFactory {

    /** For the endpoints' own kinds. */
    protected TransactedEndpoints() {}

    @Override
    public final MessageEndpoint createEndpoint(XAResource xaResource, long timeout) throws UnavailableException {
        return createEndpoint(xaResource);
    }

    @Override
    public final boolean isDeliveryTransacted(Method method) {
        return true;
    }

    @Override
    public final String getActivationName() {
        return getClass().getSimpleName();
    }

    @Override
    public final Class<?> getEndpointClass() {
        return CheckpointListener.class;
    }
}
